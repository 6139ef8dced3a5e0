/** Why a company must be connected again, or what QuickBooks does not let the connection do (quickbooks.md §10, console.md §4). */
export type ConnectionWhy = 'access_removed' | 'permission' | 'expired' | 'not_allowed';

export const CONNECTION_WHYS: Readonly<Record<ConnectionWhy, string>> = {
  access_removed: 'Connect again: access was removed in QuickBooks.',
  permission: 'Connect again: the person who connected is no longer an administrator in QuickBooks, or has left.',
  expired: 'Connect again: the access has expired or was taken back.',
  not_allowed:
    'QuickBooks refused a change: the person who connected may not make it, or the feature is off there. Let an administrator connect again.',
};

const OF_CODE: Readonly<Record<string, ConnectionWhy>> = {
  '120': 'permission',
  '3100': 'access_removed',
  '3200': 'access_removed',
  '5020': 'not_allowed',
  invalid_grant: 'expired',
};

/** What QuickBooks' code says of the connection; of other codes nothing. */
export function connectionWhy(code: string | null): ConnectionWhy | undefined {
  return code === null ? undefined : OF_CODE[code];
}
