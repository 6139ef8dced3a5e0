import { parseExact, type ExactObject } from '@qbo-sync/contracts/exact-json';
import type { Find } from '@qbo-sync/contracts/sync/request';
import { bearsMarker, lookFor, lookToAdopt, pickFound, recordsIn, truncated } from './find';

const json = (text: string): ExactObject => parseExact(text) as ExactObject;
const MARKED: Find = { marker: { path: 'PrivateNote', text: 'Run a Call pay_50' }, agree: ['TotalAmt'], adopt: false };
const NAMED: Find = {
  where: [['Name', 'Dana']],
  agree: ['Name'],
  anyOf: ['Mail.Address', 'Phone.Number'],
  adopt: true,
};
const sentAt = new Date('2026-11-22T09:00:00Z');
const since = new Date('2026-11-22T08:59:00Z');

describe('story 3: finding it again', () => {
  it.each([
    ['Run a Call pay_50', true],
    ['Voided - Run a Call pay_50 thanks', true],
    ['Run a Call pay_500', false],
    ['Run a Call pay_500 and Run a Call pay_50', true],
    ['', false],
  ])('a marker is followed by a space or the end (postings.md §1.6): %s', (note, expected) => {
    expect(bearsMarker(note, 'Run a Call pay_50')).toBe(expected);
  });

  it('looks by changes from 60 s before the send, else by query, else not at all', () => {
    expect(lookFor(MARKED, sentAt)).toEqual({ by: 'changes', since });
    expect(lookFor(NAMED, sentAt)).toEqual({ by: 'query', where: [['Name', 'Dana']] });
    expect(lookFor({ agree: [], adopt: false }, sentAt)).toBeUndefined();
    expect(lookToAdopt(MARKED)).toBeUndefined();
    expect(lookToAdopt(NAMED)).toEqual({ by: 'query', where: [['Name', 'Dana']] });
  });

  const record = (id: string, more: string): ExactObject => json(`{"Id":"${id}",${more}}`);
  const note = (id: string, text: string, made = '2026-11-22T01:00:00-08:00'): ExactObject =>
    record(id, `"PrivateNote":"${text}","MetaData":{"CreateTime":"${made}"}`);

  it('by marker: ours alone, made since the send, not linked, not deleted', () => {
    const search = { find: MARKED, body: json('{}'), taken: new Set(['3']), createdSince: since };
    const others = [
      note('1', 'Run a Call pay_500'),
      note('2', 'Run a Call pay_50', '2026-11-21T01:00:00-08:00'),
      note('3', 'Run a Call pay_50'),
      json('{"Id":"4","status":"Deleted"}'),
    ];
    expect(pickFound(others, search)).toEqual({ is: 'none' });
    expect(pickFound([...others, note('5', 'Run a Call pay_50')], search)).toMatchObject({
      is: 'one',
      record: { Id: '5' },
    });
    expect(pickFound([note('5', 'Run a Call pay_50'), note('6', 'Run a Call pay_50')], search)).toEqual({ is: 'many' });
  });

  it('by fields: all that must agree, and one of those that may, where it was given', () => {
    const body = json('{"Name":"Dana","Mail":{"Address":"d@x.com"}}');
    const search = { find: NAMED, body, taken: new Set<string>() };
    expect(pickFound([record('1', '"Name":"dana","Mail":{"Address":"D@x.com"}')], search)).toMatchObject({ is: 'one' });
    expect(pickFound([record('1', '"Name":"Dana","Mail":{"Address":"e@x.com"}')], search)).toEqual({ is: 'none' });
    expect(pickFound([record('1', '"Name":"Dana","Mail":{"Address":"d@x.com"},"Active":false')], search)).toEqual({
      is: 'none',
    });
  });

  it('by the name alone only what was made since our send: a namesake from before is somebody else', () => {
    const search = { find: NAMED, body: json('{"Name":"Dana"}'), taken: new Set<string>() };
    expect(pickFound([record('1', '"Name":"Dana"')], search)).toEqual({ is: 'none' });
    expect(pickFound([record('1', '"Name":"Dana"')], { ...search, createdSince: since })).toMatchObject({ is: 'one' });
    const { anyOf: _anyOf, ...byName } = NAMED;
    expect(pickFound([record('1', '"Name":"Dana"')], { ...search, find: byName })).toMatchObject({ is: 'one' });
  });

  it('reads the records of a query and of a change feed, and sees where some were left out', () => {
    const query = json('{"QueryResponse":{"Thing":[{"Id":"1"}],"maxResults":1}}');
    const changes = json('{"CDCResponse":[{"QueryResponse":[{"Thing":[{"Id":"1"},{"Id":"2"}],"totalCount":3},{}]}]}');
    expect(recordsIn(query, 'Thing')).toHaveLength(1);
    expect(recordsIn(changes, 'Thing')).toHaveLength(2);
    expect(recordsIn(json('{"QueryResponse":{}}'), 'Thing')).toEqual([]);
    expect(truncated(changes, 'Thing', 1000)).toBe(true);
    expect(truncated(query, 'Thing', 1000)).toBe(false);
    expect(truncated(query, 'Thing', 1)).toBe(true);
  });
});
