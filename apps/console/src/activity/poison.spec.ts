import { QueryFailedError } from 'typeorm';
import { isPoison } from './poison';

const refused = (code: string): Error =>
  new QueryFailedError('insert', [], Object.assign(new Error('refused'), { code }));

it.each<[string, unknown, boolean]>([
  ['a null where none may be', refused('23502'), true],
  ['a text that is no time', refused('22007'), true],
  ['a deadlock', refused('40P01'), false],
  ['a database that shuts down', refused('57P01'), false],
  ['a lost connection', new Error('Connection terminated'), false],
  ['our own code on a shape it does not know', new TypeError('undefined'), true],
])('%s', (_name, error, poison) => expect(isPoison(error)).toBe(poison));
