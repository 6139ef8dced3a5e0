import {
  joined,
  joinedJson,
  joinedJsonOrNull,
  joinedLists,
  joinedOrNull,
  joinedOrOne,
  numbers,
  parted,
  partedList,
  partedRows,
} from './joined';

describe('many values in one parameter', () => {
  it('come apart as they were joined', () => {
    expect(parted(joined(['a', 2, true, 'd']))).toEqual(['a', '2', 'true', 'd']);
    expect(joinedJson(['{"a":1}', null, '{}']).split('\u001e'.repeat(16))).toEqual(['{"a":1}', '', '{}']);
    expect(parted(joinedLists([['a', 'b'], [], ['c']])).map(partedList)).toEqual([['a', 'b'], [], ['c']]);
  });

  it('stay as many as they are when one holds what stands between them', () => {
    expect(parted(joined(['a\u001eb\u001fc\u001dd', 'e']))).toEqual(['a\ufffdb\ufffdc\ufffdd', 'e']);
    expect(joinedLists([['a\u001eb\u001fc\u001dd', 'e'], ['f']])).toBe('a\ufffdb\ufffdc\ufffdd\u001fe\u001ef');
  });

  it('are nothing where each is nothing, and come from no rows', () => {
    expect([joinedOrNull([null, null]), joinedLists([[], []])]).toEqual([null, null]);
    expect(joinedOrNull([null, 'a'])).toBe('\u001ea');
    expect([parted(null), partedRows(null)]).toEqual([[], []]);
  });

  it('are one where all are, numbers as a list of Postgres', () => {
    expect([joinedOrOne(['put', 'put']), joinedOrOne([null, null]), joinedOrOne([])]).toEqual([
      [null, 'put'],
      [null, null],
      [null, null],
    ]);
    expect([joinedOrOne(['put', 'list']), joinedOrOne([null, 'run'])]).toEqual([
      ['put\u001elist', null],
      ['\u001erun', null],
    ]);
    expect([joinedJsonOrNull([null, null]), numbers([3, 1]), numbers([])]).toEqual([null, '{3,1}', '{}']);
  });

  it('come back as rows', () => {
    expect(partedRows('a\u001e\u001eb\u001dc\u001ed\u001ee')).toEqual([
      ['a', '', 'b'],
      ['c', 'd', 'e'],
    ]);
  });
});
