import { joined, joinedJson, joinedLists, joinedOrNull, parted, partedList, partedRows } from './joined';

describe('many values in one parameter', () => {
  it('come apart as they were joined', () => {
    expect(parted(joined(['a', 2, true, 'd']))).toEqual(['a', '2', 'true', 'd']);
    expect(parted(joinedJson(['{"a":1}', null]))).toEqual(['{"a":1}', '']);
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

  it('come back as rows', () => {
    expect(partedRows('a\u001e\u001eb\u001dc\u001ed\u001ee')).toEqual([
      ['a', '', 'b'],
      ['c', 'd', 'e'],
    ]);
  });
});
