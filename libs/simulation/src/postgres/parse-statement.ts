import { ExpressionParser, RESERVED } from './parse-expression';
import { parseDefinition } from './parse-definition';
import type {
  Assignment,
  Conflict,
  Copied,
  Delete,
  Expr,
  Insert,
  Join,
  Locking,
  LockMode,
  Output,
  Query,
  Select,
  Source,
  Statement,
  Update,
} from './syntax';
import { TokenReader } from './tokens';

/** Parses the statements of one query text. */
export function parseStatements(sql: string): Statement[] {
  const read = new TokenReader(sql);
  const parser = new StatementParser(read);
  const all: Statement[] = [];
  while (!read.ended) {
    all.push(parser.statement());
    while (read.took(';'));
  }
  return all;
}

class StatementParser {
  private readonly expressions: ExpressionParser;

  constructor(private readonly read: TokenReader) {
    this.expressions = new ExpressionParser(read, () => this.query());
  }

  statement(): Statement {
    return this.read.sees('create') || this.read.sees('alter') || this.read.sees('drop')
      ? parseDefinition(this.read, this.expressions)
      : this.query();
  }

  private query(): Query {
    const { read } = this;
    if (read.took('with')) return this.with();
    const first = this.simple();
    if (!read.sees('union')) return first;
    const parts = [first];
    let all = true;
    while (read.took('union')) {
      all = read.took('all') && all;
      parts.push(this.simple());
    }
    const order = read.took('order', 'by') ? this.expressions.orders() : [];
    const limit = read.took('limit') ? this.expressions.expression() : undefined;
    return { is: 'union', all, parts, order, limit };
  }

  private with(): Query {
    const { read } = this;
    const parts: { name: string; columns: readonly string[]; query: Query }[] = [];
    do {
      const name = read.name();
      const columns = read.sees('(') ? this.names() : [];
      read.expect('as');
      read.took('materialized');
      read.took('not', 'materialized');
      read.expect('(');
      const query = this.query();
      read.expect(')');
      parts.push({ name, columns, query });
    } while (read.took(','));
    return { is: 'with', parts, main: this.query() };
  }

  private simple(): Query {
    const { read } = this;
    if (read.took('(')) {
      const query = this.query();
      read.expect(')');
      return query;
    }
    if (read.took('select')) return this.select();
    if (read.took('values')) return { is: 'values', rows: this.rows() };
    if (read.took('insert', 'into')) return this.insert();
    if (read.took('update')) return this.update();
    if (read.took('delete', 'from')) return this.delete();
    if (read.took('copy')) return this.copy();
    return read.fail('a statement');
  }

  private copy(): Insert {
    const { read } = this;
    const table = read.name();
    const columns = this.names();
    read.expect('from', 'stdin', '(', 'format', 'binary', ')');
    const from: Copied = { is: 'copied', table, columns };
    return { is: 'insert', table, alias: table, columns, from, conflict: undefined, returning: [] };
  }

  private rows(): Expr[][] {
    const rows: Expr[][] = [];
    do {
      this.read.expect('(');
      rows.push(this.expressions.list());
      this.read.expect(')');
    } while (this.read.took(','));
    return rows;
  }

  private select(): Select {
    const { read, expressions } = this;
    const distinct = read.took('distinct');
    let distinctOn: readonly Expr[] = [];
    if (distinct && read.took('on')) {
      read.expect('(');
      distinctOn = expressions.list();
      read.expect(')');
    }
    const outputs = read.sees('from') || read.sees('where') ? [] : this.outputs();
    const joins = read.took('from') ? this.sources() : [];
    const where = read.took('where') ? expressions.expression() : undefined;
    const group = read.took('group', 'by') ? expressions.list() : [];
    const having = read.took('having') ? expressions.expression() : undefined;
    const order = read.took('order', 'by') ? expressions.orders() : [];
    const limit = read.took('limit') ? expressions.expression() : undefined;
    const offset = read.took('offset') ? expressions.expression() : undefined;
    return {
      is: 'select',
      distinct: distinct && distinctOn.length === 0,
      distinctOn,
      outputs,
      joins,
      where,
      group,
      having,
      order,
      limit,
      offset,
      locking: this.locking(),
    };
  }

  private locking(): Locking | undefined {
    const { read } = this;
    if (!read.took('for')) return undefined;
    const mode: LockMode = read.took('no', 'key', 'update')
      ? 'no key update'
      : read.took('key', 'share')
        ? 'key share'
        : read.took('share')
          ? 'share'
          : (read.expect('update'), 'update');
    const of = read.took('of') ? read.name() : undefined;
    return { mode, of, skipLocked: read.took('skip', 'locked') };
  }

  private outputs(): Output[] {
    const all: Output[] = [];
    do {
      const expr = this.expressions.expression();
      const named = this.read.took('as') ? this.read.name() : this.bareName();
      const name = named ?? nameOf(expr);
      // Columns that nobody named bear one name; here each has its own.
      all.push({ expr, name: all.some((other) => other.name === name) ? `${name} ${all.length}` : name });
    } while (this.read.took(','));
    return all;
  }

  private bareName(): string | undefined {
    const { is, text } = this.read.peek();
    return is === 'name' || (is === 'word' && !RESERVED.has(text)) ? this.read.name() : undefined;
  }

  private sources(): Join[] {
    const { read } = this;
    const joins: Join[] = [{ kind: 'inner', source: this.source(), using: [], on: undefined }];
    for (;;) {
      if (read.took(',') || read.took('cross', 'join')) {
        joins.push({ kind: 'inner', source: this.source(), using: [], on: undefined });
        continue;
      }
      const kind = read.took('left', 'join') || read.took('left', 'outer', 'join') ? 'left' : 'inner';
      if (kind === 'inner' && !read.took('join') && !read.took('inner', 'join')) return joins;
      const source = this.source();
      const using = read.took('using') ? this.names() : [];
      const on = read.took('on') ? this.expressions.expression() : undefined;
      joins.push({ kind, source, using, on });
    }
  }

  private source(): Source {
    const { read } = this;
    read.took('lateral');
    if (read.took('(')) {
      const query = this.query();
      read.expect(')');
      return { is: 'query', query, ...this.alias('') };
    }
    const name = read.name();
    if (!read.took('(')) {
      const { alias, columns } = this.alias(name);
      return { is: 'table', name, alias, columns };
    }
    const args = read.sees(')') ? [] : this.expressions.list();
    read.expect(')');
    const ordinality = read.took('with', 'ordinality');
    return { is: 'function', name, args, ordinality, ...this.alias(name) };
  }

  /** `as a (x, y)`, `a (x int, y text)`. */
  private alias(byDefault: string): { alias: string; columns: readonly string[]; types: readonly string[] } {
    const { read } = this;
    const alias = read.took('as') ? read.name() : (this.bareName() ?? byDefault);
    const columns: string[] = [];
    const types: string[] = [];
    if (read.took('(')) {
      do {
        columns.push(read.name());
        if (!read.sees(',') && !read.sees(')')) types.push(this.expressions.type());
      } while (read.took(','));
      read.expect(')');
    }
    return { alias, columns, types };
  }

  private names(): string[] {
    this.read.expect('(');
    const names = [this.read.name()];
    while (this.read.took(',')) names.push(this.read.name());
    this.read.expect(')');
    return names;
  }

  private returning(): Output[] {
    return this.read.took('returning') ? this.outputs() : [];
  }

  private insert(): Insert {
    const { read } = this;
    const table = read.name();
    const alias = read.took('as') ? read.name() : table;
    const columns = read.sees('(') ? this.names() : [];
    const from: Query = read.took('default', 'values') ? { is: 'values', rows: [[]] } : this.query();
    return { is: 'insert', table, alias, columns, from, conflict: this.conflict(), returning: this.returning() };
  }

  private conflict(): Conflict | undefined {
    const { read } = this;
    if (!read.took('on', 'conflict')) return undefined;
    const target = read.sees('(') ? this.names() : [];
    if (target.length > 0 && read.took('where')) this.expressions.expression();
    read.expect('do');
    if (read.took('nothing')) return { target, set: undefined, where: undefined };
    read.expect('update', 'set');
    const set = this.assignments();
    return { target, set, where: read.took('where') ? this.expressions.expression() : undefined };
  }

  private assignments(): Assignment[] {
    const { read } = this;
    const all: Assignment[] = [];
    do {
      const column = read.name();
      read.expect('=');
      all.push({ column, value: this.expressions.expression() });
    } while (read.took(','));
    return all;
  }

  private update(): Update {
    const { read } = this;
    const table = read.name();
    const alias = read.took('as') ? read.name() : (this.bareName() ?? table);
    read.expect('set');
    const set = this.assignments();
    const from = read.took('from') ? this.sources() : [];
    const where = read.took('where') ? this.expressions.expression() : undefined;
    return { is: 'update', table, alias, set, from, where, returning: this.returning() };
  }

  private delete(): Delete {
    const { read } = this;
    const table = read.name();
    const alias = read.took('as') ? read.name() : (this.bareName() ?? table);
    const using = read.took('using') ? this.sources() : [];
    const where = read.took('where') ? this.expressions.expression() : undefined;
    return { is: 'delete', table, alias, using, where, returning: this.returning() };
  }
}

function nameOf(expr: Expr): string {
  if (expr.is === 'column') return expr.name;
  if (expr.is === 'call') return expr.name;
  return expr.is === 'cast' ? nameOf(expr.of) : '?column?';
}
