import { chosenByCommit } from './chosen';

it('is one of the choices, and the same for whoever asks of this commit', () => {
  const choices = ['one', 'other', 'third'] as const;
  expect(choices).toContain(chosenByCommit(choices));
  expect(new Set([chosenByCommit(choices), chosenByCommit(choices)]).size).toBe(1);
  expect(chosenByCommit(['alone'])).toBe('alone');
});
