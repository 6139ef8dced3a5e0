import type { Body } from './act-body';

/**
 * The lines of Stripe's own file. Acts are done again at the start, at their moment: the same acts make the same ids.
 *
 *   {"kind":"act","at":…,"name":"charges","body":{…}}     something happened on an account
 *   {"kind":"told","event":"evt_…"}                       the app has acknowledged a webhook
 */
export type StripeLine =
  | { readonly kind: 'act'; readonly at: number; readonly name: string; readonly body: Body }
  | { readonly kind: 'told'; readonly event: string };
