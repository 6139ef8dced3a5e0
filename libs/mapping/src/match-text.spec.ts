import fc from 'fast-check';
import { plainAddress, plainEmails, plainName, plainPhones, plainText } from './match-text';

describe('§12 texts made comparable', () => {
  test.each([
    ['Acme Heating, Inc.', 'acme heating'],
    ['ACME  HEATING', 'acme heating'],
    ['Acme Heating L.L.C.', 'acme heating'],
    ['Acme Heating Co., Ltd.', 'acme heating'],
    ['Smith & Sons', 'smith and sons'],
    ['Smith&Sons', 'smith and sons'],
    ["O'Neil’s", 'oneils'],
    ['J. Ruiz', 'j ruiz'],
    ['Ｍａｒｉａ　Ｌｏｐｅｚ', 'maria lopez'],
    ['Müller Söhne', 'müller söhne'],
    ['Müller', 'müller'],
    ['प्रिया शर्मा', 'प्रिया शर्मा'],
    ['Dana Ruiz (deleted)', 'dana ruiz'],
    ['Dana Ruiz (Deleted 2)', 'dana ruiz'],
    ['Inc', 'inc'],
    ['Co-op Foods', 'co op foods'],
    ['???', ''],
  ])('name %s', (name, plain) => {
    expect(plainName(name)).toBe(plain);
  });

  test('a text keeps its legal endings: a rate may be called CO', () => {
    expect(plainText('Denver, CO')).toBe('denver co');
    expect(plainText('8.25%')).not.toBe(plainText('82.5%'));
  });

  test.each<[string, string[]]>([
    ['Dana@Example.com', ['dana@example.com']],
    [' a@x.io; B@x.io, a@x.io', ['a@x.io', 'b@x.io']],
    ['call first', []],
  ])('e-mail %j', (text, emails) => {
    expect(plainEmails(text, undefined)).toEqual(emails);
  });

  test.each<[string, string[]]>([
    ['(512) 555-0101', ['5125550101']],
    ['+1 512.555.0101', ['5125550101']],
    ['０１２３ 456 7890', ['1234567890']],
    ['555-0101', ['5550101']],
    ['x12', []],
  ])('phone %j', (text, phones) => {
    expect(plainPhones(text, undefined)).toEqual(phones);
  });

  test.each<[string | undefined, string | undefined, string | undefined]>([
    ['12 Oak St.', '78701', '12 oak st 78701'],
    ['12 OAK ST, Apt 4', '78701-1234', '12 oak st 78701'],
    ['12 Oak St #4', '78701', '12 oak st 78701'],
    ['12 Oak St Unit 4', '78701', '12 oak st 78701'],
    ['10 Downing Street', 'SW1A 2AA', '10 downing street sw1a2aa'],
    ['Oak St', '78701', undefined],
    ['12', '78701', undefined],
    ['12 Oak St', undefined, undefined],
    [undefined, '78701', undefined],
  ])('address %j at %j', (line1, postalCode, plain) => {
    expect(plainAddress(line1, postalCode)).toBe(plain);
  });

  test('what is plain stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(plainText(plainText(text))).toBe(plainText(text));
        expect(plainName(plainName(text))).toBe(plainName(text));
      }),
    );
  });
});
