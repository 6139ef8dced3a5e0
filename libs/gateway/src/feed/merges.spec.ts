import { mergesOf, type MergeNotice } from './merges';

const notice = (from: string | null, into: string, resource = 'A'): MergeNotice => ({ resource, from, into });

describe('which record a merge did away with', () => {
  it.each<[string, MergeNotice[], string[], string[]]>([
    ['said by the notice', [notice('1', '2')], [], ['1>2']],
    ['not said: the one that ended', [notice(null, '2')], ['1'], ['1>2']],
    ['the record that is left is never the one', [notice(null, '2')], ['2'], []],
    ['two ended: nobody can tell', [notice(null, '2')], ['1', '3'], []],
    ['two merges: nobody can tell', [notice(null, '2'), notice(null, '4')], ['1', '3'], []],
    ['one said, one not', [notice('3', '4'), notice(null, '2')], ['1', '3'], ['3>4', '1>2']],
    ['the same one told twice', [notice(null, '2'), notice(null, '2')], ['1'], ['1>2']],
    ['another resource ended', [notice(null, '2', 'B')], [], []],
  ])('%s', (_what, notices, ended, expected) => {
    const merges = mergesOf(notices, (resource) => (resource === 'A' ? ended : []));
    expect(merges.map(({ from, into }) => `${from}>${into}`)).toEqual(expected);
  });
});
