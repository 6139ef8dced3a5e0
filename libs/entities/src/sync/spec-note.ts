import type { Plan, Rules, Verdict } from './rules';
import { plainVerdict } from './refusals';
import { answered, changed, context, given } from './spec-kit';

/** What the specs of a stream's life write about. */
export interface Note {
  text: string;
  hold?: string;
  day?: string;
}

/** A document as plain as can be: its text is the body; `voided` is a fact. */
export const rules: Rules<Note, { plan?: Plan; verdict?: Verdict }> = {
  entity: 'note',
  nature: 'document',
  facts: ['voided', 'refunded'],
  ownDate: (data) => data.day ?? '2026-11-20',
  describe: (view) => ({ number: view.data?.text ?? '' }),
  plan: (view, { related }) => {
    if (related.plan !== undefined) return related.plan;
    const how = { path: 'note', update: 'whole' } as const;
    const push = { ref: view.ref, resource: 'Note', how, body: '{}', expect: {} };
    if (view.facts.some(({ change }) => change === 'refunded')) {
      return { do: 'hold', reason: { code: 'unreadable' } };
    }
    if (view.facts.some(({ change }) => change === 'voided')) {
      return { do: 'push', pushes: [{ ...push, kind: 'remove' }], warnings: [] };
    }
    const { text, hold } = view.data ?? { text: '' };
    if (hold !== undefined) return { do: 'hold', reason: { code: 'tax_off', params: { n: hold } } };
    const body = JSON.stringify(view.round === 0 ? { text } : { text, form: view.round });
    return { do: 'push', pushes: [{ ...push, kind: 'put', body, expect: { text } }], warnings: [] };
  },
  judge: (answer, expect, _view, { related }) =>
    related.verdict ?? (answer.code === '6240' ? { verdict: 'again' } : plainVerdict(answer, expect)),
};
export const master: typeof rules = { ...rules, entity: 'customer', nature: 'master' };
export const ref = 'note:n_1';
export const start = (change = {}) => given(rules, ref, context({}, change));
export const posted = () => {
  const sent = start().when(changed('sent', 1, { text: 'a' }));
  return sent.when(answered(sent, { record: { text: 'a' } }));
};
