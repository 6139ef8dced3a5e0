import { literal, select } from './query';

describe('query', () => {
  it('escapes what would end a literal', () => {
    expect(literal("O'Brien")).toBe("'O\\'Brien'");
    expect(literal("\\' OR Id > '0")).toBe("'\\\\\\' OR Id > \\'0'");
  });

  it('pages with 1-based positions, inactive rows only when asked for', () => {
    expect(select('Item', [['Name', 'Filter']])).toBe(
      "SELECT * FROM Item WHERE Name = 'Filter' STARTPOSITION 1 MAXRESULTS 1000",
    );
    expect(select('Item', [], { inactiveToo: true, start: 1001 })).toBe(
      'SELECT * FROM Item WHERE Active IN (true, false) STARTPOSITION 1001 MAXRESULTS 1000',
    );
  });

  it('some fields of the records of some days', () => {
    const only = { fields: ['Id', 'TotalAmt'], day: 'TxnDate', from: '2026-11-30', to: '2026-12-07' };
    expect(select('Deposit', [], { only })).toBe(
      "SELECT Id, TotalAmt FROM Deposit WHERE TxnDate >= '2026-11-30' AND TxnDate <= '2026-12-07' STARTPOSITION 1 MAXRESULTS 1000",
    );
    expect(() => select('Deposit', [], { only: { ...only, fields: ['Id; x'] } })).toThrow();
  });

  it('takes no name that could be a statement', () => {
    expect(() => select('Item; x', [])).toThrow();
    expect(() => select('Item', [['Name or 1', 'x']])).toThrow();
  });
});
