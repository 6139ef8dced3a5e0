/**
 * Who waits for a ref is found by its tenant; what a pending row names beside that (`refs`) is looked at in those rows. The
 * index over it was written for every request and read for none.
 */
export const REFS_UNREAD_SQL = `
drop index pending_refs;
`;
