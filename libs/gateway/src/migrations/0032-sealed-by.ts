/** Deliveries by the key that sealed them: those of another than the current one are found at once, though there are many. */
export const SEALED_BY_SQL = `
create index webhook_delivery_key on webhook_delivery (split_part(sealed, '.', 2));
`;
