import { companyToken, readToken } from './company-token';

const operator = 'an-operator-token-of-a-spec';

describe('bearer tokens', () => {
  it('name the operator or one company', () => {
    expect(readToken(operator, operator)).toEqual({ kind: 'operator' });
    expect(readToken(operator, companyToken(operator, 'acme'))).toEqual({ kind: 'company', company: 'acme' });
  });

  it('of a company are the same whenever they are asked for, and differ by company and operator', () => {
    expect(companyToken(operator, 'acme')).toBe(companyToken(operator, 'acme'));
    expect(companyToken(operator, 'acme')).not.toBe(companyToken(operator, 'acme-2'));
    expect(companyToken(operator, 'acme')).not.toBe(companyToken('another-operator', 'acme'));
  });

  it.each(['', 'acme', 'acme.', '.x', `acme.${'x'.repeat(43)}`, companyToken('another-operator', 'acme')])(
    'are nobody’s when made up: %s',
    (token) => expect(readToken(operator, token)).toBeUndefined(),
  );

  it('of one company do not open another by its name', () => {
    const mac = companyToken(operator, 'acme').slice('acme.'.length);
    expect(readToken(operator, `beta.${mac}`)).toBeUndefined();
  });
});
