import type { Expr, Order, Query, Window } from './syntax';
import type { TokenReader } from './tokens';

/** Words that end an expression or a source instead of naming it. */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'select from where group having order limit offset for on using join left cross inner lateral union returning set ' +
    'values and or not in is as when then else end asc desc nulls conflict do with fetch between like case exists ' +
    'any all distinct window skip locked'
  ).split(' '),
);

const COMPARISONS = new Set(['=', '<', '>', '<=', '>=', '<>', '!=', '@>', '<@', '&&']);

/** Parses expressions; `query` parses a subquery, which needs expressions in turn. */
export class ExpressionParser {
  constructor(
    private readonly read: TokenReader,
    private readonly query: () => Query,
  ) {}

  expression(): Expr {
    let left = this.conjunction();
    while (this.read.took('or')) left = { is: 'binary', op: 'or', left, right: this.conjunction() };
    return left;
  }

  list(): Expr[] {
    const all = [this.expression()];
    while (this.read.took(',')) all.push(this.expression());
    return all;
  }

  orders(): Order[] {
    const all: Order[] = [];
    do {
      const by = this.expression();
      const descending = this.read.took('desc') || (this.read.took('asc'), false);
      const nullsFirst = this.read.took('nulls', 'first') || (!this.read.took('nulls', 'last') && descending);
      all.push({ by, descending, nullsFirst });
    } while (this.read.took(','));
    return all;
  }

  type(): string {
    let type = this.read.name();
    if (type === 'double' && this.read.took('precision')) type = 'float8';
    if (this.read.took('(')) while (!this.read.took(')')) this.read.take();
    if (this.read.took('with', 'time', 'zone')) type += 'tz';
    while (this.read.took('[')) {
      this.read.expect(']');
      type += '[]';
    }
    return type;
  }

  private conjunction(): Expr {
    let left = this.negation();
    while (this.read.took('and')) left = { is: 'binary', op: 'and', left, right: this.negation() };
    return left;
  }

  private negation(): Expr {
    return this.read.took('not') ? { is: 'unary', op: 'not', of: this.negation() } : this.comparison();
  }

  private comparison(): Expr {
    let left = this.concatenation();
    for (;;) {
      const { read } = this;
      if (read.took('is')) {
        const not = read.took('not');
        if (read.took('distinct', 'from')) {
          left = { is: 'binary', op: not ? 'same' : 'distinct', left, right: this.concatenation() };
        } else if (read.took('true') || read.took('false')) {
          throw new Error('is true / is false is not known here');
        } else {
          read.expect('null');
          left = { is: 'null', of: left, not };
        }
        continue;
      }
      const not =
        read.sees('not', 'in') || read.sees('not', 'like') || read.sees('not', 'between') ? read.took('not') : false;
      if (read.took('in')) {
        left = { is: 'in', of: left, among: this.among(), not };
      } else if (read.took('between')) {
        const low = this.concatenation();
        read.expect('and');
        const high = this.concatenation();
        const within: Expr = {
          is: 'binary',
          op: 'and',
          left: { is: 'binary', op: '>=', left, right: low },
          right: { is: 'binary', op: '<=', left, right: high },
        };
        left = not ? { is: 'unary', op: 'not', of: within } : within;
      } else if (read.took('like')) {
        const like: Expr = { is: 'binary', op: 'like', left, right: this.concatenation() };
        left = not ? { is: 'unary', op: 'not', of: like } : like;
      } else if (read.peek().is === 'sign' && COMPARISONS.has(read.peek().text)) {
        left = this.compared(left, read.take().text);
      } else return left;
    }
  }

  private compared(left: Expr, op: string): Expr {
    if (this.read.sees('any', '(') || this.read.sees('all', '(')) {
      const all = this.read.take().text === 'all';
      this.read.expect('(');
      const array: Expr = this.read.sees('select')
        ? { is: 'call', name: 'array', args: [{ is: 'subquery', query: this.query() }] }
        : this.expression();
      this.read.expect(')');
      return { is: 'quantified', op, all, left, array };
    }
    return { is: 'binary', op, left, right: this.concatenation() };
  }

  private among(): readonly Expr[] | Query {
    this.read.expect('(');
    const among =
      this.read.sees('select') || this.read.sees('values') || this.read.sees('with') ? this.query() : this.list();
    this.read.expect(')');
    return among;
  }

  private concatenation(): Expr {
    let left = this.sum();
    while (this.read.sees('||') || this.read.sees('->') || this.read.sees('->>')) {
      left = { is: 'binary', op: this.read.take().text, left, right: this.sum() };
    }
    return left;
  }

  private sum(): Expr {
    let left = this.product();
    while (this.read.sees('+') || this.read.sees('-')) {
      left = { is: 'binary', op: this.read.take().text, left, right: this.product() };
    }
    return left;
  }

  private product(): Expr {
    let left = this.signed();
    while (this.read.sees('*') || this.read.sees('/') || this.read.sees('%')) {
      left = { is: 'binary', op: this.read.take().text, left, right: this.signed() };
    }
    return left;
  }

  private signed(): Expr {
    return this.read.took('-') ? { is: 'unary', op: '-', of: this.signed() } : this.casted();
  }

  private casted(): Expr {
    let of = this.primary();
    while (this.read.took('::')) of = { is: 'cast', of, type: this.type() };
    return of;
  }

  private primary(): Expr {
    const { read } = this;
    if (read.took('(')) {
      if (read.sees('select') || read.sees('with')) {
        const query = this.query();
        read.expect(')');
        return { is: 'subquery', query };
      }
      const of = this.list();
      read.expect(')');
      return of.length === 1 && of[0] !== undefined ? of[0] : { is: 'row', of };
    }
    if (read.took('*')) return { is: 'star', table: undefined };
    const token = read.take();
    switch (token.is) {
      case 'number':
        return { is: 'literal', value: Number(token.text) };
      case 'text':
        return { is: 'literal', value: token.text };
      case 'param':
        return { is: 'param', index: Number(token.text) - 1 };
      case 'name':
      case 'word':
        return this.word(token.text, token.is === 'word');
      default:
        return read.fail('an expression');
    }
  }

  private word(word: string, plain: boolean): Expr {
    const { read } = this;
    if (plain) {
      if (word === 'null') return { is: 'literal', value: null };
      if (word === 'true' || word === 'false') return { is: 'literal', value: word === 'true' };
      if (word === 'case') return this.cases();
      if (word === 'exists') {
        read.expect('(');
        const query = this.query();
        read.expect(')');
        return { is: 'exists', query };
      }
      if (word === 'interval' || word === 'timestamptz') {
        if (read.peek().is === 'text')
          return { is: 'cast', of: { is: 'literal', value: read.take().text }, type: word };
      }
      if (word === 'cast' && read.took('(')) {
        const of = this.expression();
        read.expect('as');
        const type = this.type();
        read.expect(')');
        return { is: 'cast', of, type };
      }
      if (word === 'array' && read.took('[')) {
        const of = read.sees(']') ? [] : this.list();
        read.expect(']');
        return { is: 'array', of };
      }
      if (word === 'extract' && read.took('(')) {
        const field = read.name();
        read.expect('from');
        const of = this.expression();
        read.expect(')');
        return { is: 'call', name: `extract ${field}`, args: [of] };
      }
      if (read.sees('(')) return this.call(word);
    }
    if (read.took('.')) {
      return read.took('*') ? { is: 'star', table: word } : { is: 'column', table: word, name: read.name() };
    }
    return { is: 'column', table: undefined, name: word };
  }

  private call(name: string): Expr {
    const { read } = this;
    read.expect('(');
    if (name === 'array' && read.sees('select')) {
      const query = this.query();
      read.expect(')');
      return { is: 'call', name, args: [{ is: 'subquery', query }] };
    }
    const args: Expr[] = [];
    const distinct = read.took('distinct');
    while (!read.sees(')')) {
      if (read.peek(1).text === '=>') {
        args.push({ is: 'literal', value: read.name() });
        read.expect('=>');
      }
      args.push(this.expression());
      if (read.took('order', 'by')) this.orders();
      read.took(',');
    }
    read.expect(')');
    const called = distinct ? `${name} distinct` : name;
    if (read.took('filter')) throw new Error('filter (where …) is not known here');
    if (!read.took('over')) return { is: 'call', name: called, args };
    read.expect('(');
    const partition = read.took('partition', 'by') ? this.list() : [];
    const order = read.took('order', 'by') ? this.orders() : [];
    read.expect(')');
    const over: Window = { partition, order };
    return { is: 'call', name: called, args, over };
  }

  private cases(): Expr {
    const whens: (readonly [Expr, Expr])[] = [];
    while (this.read.took('when')) {
      const when = this.expression();
      this.read.expect('then');
      whens.push([when, this.expression()]);
    }
    const otherwise: Expr = this.read.took('else') ? this.expression() : { is: 'literal', value: null };
    this.read.expect('end');
    return { is: 'case', whens, otherwise };
  }
}
