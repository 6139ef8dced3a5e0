import type { ExpressionParser } from './parse-expression';
import type { ColumnDefinition, Definition } from './syntax';
import type { TokenReader } from './tokens';

/** `create table`, unique indexes, added and dropped columns, defaults; what has no bearing on rows is `nothing`. */
export function parseDefinition(read: TokenReader, expressions: ExpressionParser): Definition {
  if (read.took('create', 'table')) return createTable(read, expressions);
  if (read.sees('create', 'unique', 'index')) return uniqueIndex(read, expressions);
  if (read.took('alter', 'table')) return alterTable(read, expressions);
  if (read.took('drop', 'table')) {
    read.took('if', 'exists');
    const table = read.name();
    skip(read);
    return { is: 'drop table', table };
  }
  skip(read);
  return { is: 'nothing' };
}

function createTable(read: TokenReader, expressions: ExpressionParser): Definition {
  read.took('if', 'not', 'exists');
  const name = read.name();
  if (read.took('partition', 'of')) {
    const of = read.name();
    skip(read);
    return { is: 'partition', of, name };
  }
  read.expect('(');
  const columns: ColumnDefinition[] = [];
  const keys: string[][] = [];
  do {
    if (read.took('primary', 'key') || read.took('unique')) keys.push(names(read));
    else if (read.sees('check') || read.sees('constraint') || read.sees('foreign')) skipItem(read);
    else columns.push(column(read, expressions, keys));
  } while (read.took(','));
  read.expect(')');
  skip(read);
  return { is: 'create table', name, columns, keys };
}

function column(read: TokenReader, expressions: ExpressionParser, keys: string[][]): ColumnDefinition {
  const name = read.name();
  const type = expressions.type();
  let notNull = false;
  let identity = /^(big)?serial$/.test(type);
  let byDefault: ColumnDefinition['byDefault'];
  for (;;) {
    if (read.took('not', 'null')) notNull = true;
    else if (read.took('default')) byDefault = expressions.expression();
    else if (read.took('generated')) {
      while (!read.took('identity')) read.take();
      identity = true;
      if (read.sees('(')) skipParentheses(read);
    } else if (read.took('primary', 'key') || read.took('unique')) keys.push([name]);
    else if (read.sees('check') || read.sees('references')) skipItem(read);
    else break;
  }
  return { name, type: type.replace('bigserial', 'bigint'), notNull, identity, byDefault };
}

function uniqueIndex(read: TokenReader, expressions: ExpressionParser): Definition {
  read.expect('create', 'unique', 'index');
  read.took('if', 'not', 'exists');
  read.name();
  read.expect('on');
  const table = read.name();
  const columns = names(read);
  return {
    is: 'create unique index',
    table,
    columns,
    where: read.took('where') ? expressions.expression() : undefined,
  };
}

function alterTable(read: TokenReader, expressions: ExpressionParser): Definition {
  const table = read.name();
  if (read.sees('drop', 'column')) {
    const dropped: string[] = [];
    do {
      read.expect('drop', 'column');
      read.took('if', 'exists');
      dropped.push(read.name());
    } while (read.took(','));
    return { is: 'drop columns', table, columns: dropped };
  }
  if (read.took('alter', 'column')) {
    const changed = read.name();
    if (read.took('set', 'default')) {
      return { is: 'set default', table, column: changed, byDefault: expressions.expression() };
    }
  }
  const columns: ColumnDefinition[] = [];
  while (read.took('add', 'column')) {
    read.took('if', 'not', 'exists');
    columns.push(column(read, expressions, []));
    read.took(',');
  }
  if (columns.length > 0) return { is: 'add columns', table, columns };
  skip(read);
  return { is: 'nothing' };
}

function names(read: TokenReader): string[] {
  read.expect('(');
  const all: string[] = [];
  do {
    all.push(read.name());
    read.took('desc');
    read.took('asc');
  } while (read.took(','));
  read.expect(')');
  return all;
}

function skipParentheses(read: TokenReader): void {
  read.expect('(');
  for (let depth = 1; depth > 0;) {
    if (read.ended) read.fail(')');
    const { text, is } = read.take();
    if (is === 'sign' && text === '(') depth += 1;
    if (is === 'sign' && text === ')') depth -= 1;
  }
}

function skipItem(read: TokenReader): void {
  while (!read.ended && !read.sees(',') && !read.sees(')')) {
    if (read.sees('(')) skipParentheses(read);
    else read.take();
  }
}

/** To the end of the statement. */
function skip(read: TokenReader): void {
  while (!read.ended && !read.sees(';')) read.take();
}
