export interface Token {
  readonly is: 'word' | 'name' | 'number' | 'text' | 'param' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s+|--[^\n]*|(?<word>[A-Za-z_][A-Za-z0-9_]*)|"(?<name>[^"]+)"|(?<number>\d+(?:\.\d+)?)|'(?<text>(?:[^']|'')*)'|\$(?<param>\d+)|(?<sign>::|->>|->|\|\||<=|>=|<>|!=|=>|@>|<@|&&|[-+*/%=<>(),.;\[\]])/y;

/** A statement's tokens; words in lower case. Throws on what is no SQL of ours. */
export function tokens(sql: string): Token[] {
  const all: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(sql)?.groups;
    if (groups === undefined) throw new Error(`no SQL token at: ${sql.slice(at, at + 60)}`);
    const { word, name, number, text, param, sign } = groups;
    if (word !== undefined) all.push({ is: 'word', text: word.toLowerCase(), at });
    else if (name !== undefined) all.push({ is: 'name', text: name, at });
    else if (number !== undefined) all.push({ is: 'number', text: number, at });
    else if (text !== undefined) all.push({ is: 'text', text: text.replaceAll("''", "'"), at });
    else if (param !== undefined) all.push({ is: 'param', text: param, at });
    else if (sign !== undefined) all.push({ is: 'sign', text: sign, at });
  }
  all.push({ is: 'end', text: '', at: sql.length });
  return all;
}

/** Reads tokens one after the other. */
export class TokenReader {
  private next = 0;
  private readonly all: readonly Token[];

  constructor(private readonly sql: string) {
    this.all = tokens(sql);
  }

  peek(ahead = 0): Token {
    return this.all[this.next + ahead] ?? (this.all[this.all.length - 1] as Token);
  }

  /** True when the next tokens are these words or signs. */
  sees(...texts: readonly string[]): boolean {
    return texts.every((text, ahead) => {
      const token = this.peek(ahead);
      return (token.is === 'word' || token.is === 'sign') && token.text === text;
    });
  }

  /** Takes these words or signs if they come next. */
  took(...texts: readonly string[]): boolean {
    if (!this.sees(...texts)) return false;
    this.next += texts.length;
    return true;
  }

  expect(...texts: readonly string[]): void {
    if (!this.took(...texts)) this.fail(texts.join(' '));
  }

  take(): Token {
    const token = this.peek();
    this.next += 1;
    return token;
  }

  name(): string {
    const token = this.take();
    if (token.is !== 'word' && token.is !== 'name') return this.fail('a name');
    return token.text;
  }

  get ended(): boolean {
    return this.peek().is === 'end';
  }

  fail(wanted: string): never {
    const { at } = this.peek();
    throw new Error(
      `expected ${wanted} at: ${this.sql.slice(Math.max(0, at - 40), at)}⟨here⟩${this.sql.slice(at, at + 60)}`,
    );
  }
}
