import { Problem } from '../http/problem';

/** We make no such account or tax code; says which we do. */
export function templateUnknown(templates: readonly string[]): Problem {
  const known = templates.join(', ');
  const fault = { pointer: '/template', code: 'template_unknown', params: { known }, text: `There is ${known}.` };
  return new Problem('template_unknown', {}, [fault]);
}
