import { refuse } from './refusal';

/**
 * SELECT * | count(*) | col, … FROM Entity [WHERE p op v [AND …]] [ORDERBY p [ASC|DESC], …] [STARTPOSITION n] [MAXRESULTS n]
 *
 * No OR, no !=, no parentheses but those of IN and count(*); values in single quotes with \' inside, booleans and numbers bare
 * (quickbooks.md §6.1).
 */
export interface Query {
  select: 'all' | 'count' | readonly string[];
  from: string;
  where: readonly Condition[];
  orderBy: readonly { property: string; descending: boolean }[];
  startPosition: number;
  maxResults: number;
}
export type Operator = '=' | '<' | '>' | '<=' | '>=' | 'LIKE' | 'IN';
export interface Condition {
  property: string;
  operator: Operator;
  values: readonly string[];
}

const TOKEN = /\s*(?:('(?:\\.|[^'\\])*')|(<=|>=|!=|<>|[=<>(),*])|([A-Za-z0-9_.:+-]+))/y;
const DEFAULT_ROWS = 100;
const MOST_ROWS = 1000;

interface Token {
  text: string;
  quoted: boolean;
}

/** Parses a statement; refuses 4000 when it is no query and 4001 when a number in it is out of range. */
export function parseQuery(statement: string): Query {
  const tokens = new Tokens(tokenize(statement));
  tokens.expect('SELECT');
  const select = readSelect(tokens);
  tokens.expect('FROM');
  const from = tokens.word('entity');
  const where = tokens.take('WHERE') ? readConditions(tokens) : [];
  const orderBy = tokens.take('ORDERBY') || (tokens.take('ORDER') && tokens.expect('BY')) ? readOrder(tokens) : [];
  const startPosition = tokens.take('STARTPOSITION') ? readCount(tokens, 1) : 1;
  const maxResults = tokens.take('MAXRESULTS') ? Math.min(readCount(tokens, 1), MOST_ROWS) : DEFAULT_ROWS;
  tokens.end();
  return { select, from, where, orderBy, startPosition, maxResults };
}

function tokenize(statement: string): Token[] {
  const tokens: Token[] = [];
  const text = statement.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null)
      return refuse(
        '4000',
        `Error parsing query : QueryParserError: Encountered "${text.slice(at, at + 10)}" at column ${at + 1}.`,
      );
    const [, quoted, sign, word] = match;
    tokens.push(
      quoted === undefined
        ? { text: sign ?? word ?? '', quoted: false }
        : { text: quoted.slice(1, -1).replace(/\\(.)/g, '$1'), quoted: true },
    );
  }
  return tokens;
}

class Tokens {
  private at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  next(): Token {
    const token = this.tokens[this.at];
    if (token === undefined)
      return refuse('4000', 'Error parsing query : QueryParserError: Unexpected end of statement.');
    this.at += 1;
    return token;
  }

  /** Takes a keyword or sign if it comes next. */
  take(word: string): boolean {
    const token = this.tokens[this.at];
    if (token === undefined || token.quoted || token.text.toUpperCase() !== word) return false;
    this.at += 1;
    return true;
  }

  expect(word: string): true {
    if (!this.take(word)) this.unexpected(word);
    return true;
  }

  word(what: string): string {
    const token = this.next();
    if (token.quoted || !/^[A-Za-z_][A-Za-z0-9_.]*$/.test(token.text)) {
      this.at -= 1;
      this.unexpected(what);
    }
    return token.text;
  }

  end(): void {
    if (this.at < this.tokens.length) this.unexpected('end of statement');
  }

  private unexpected(wanted: string): never {
    refuse(
      '4000',
      `Error parsing query : QueryParserError: Encountered "${this.tokens[this.at]?.text ?? '<EOF>'}". Was expecting ${wanted}.`,
    );
  }
}

function readSelect(tokens: Tokens): Query['select'] {
  if (tokens.take('*')) return 'all';
  const first = tokens.word('column');
  if (first.toLowerCase() === 'count' && tokens.take('(')) {
    tokens.expect('*');
    tokens.expect(')');
    return 'count';
  }
  const columns = [first];
  while (tokens.take(',')) columns.push(tokens.word('column'));
  return columns;
}

const OPERATORS: readonly string[] = ['=', '<', '>', '<=', '>=', 'LIKE', 'IN'];

function readConditions(tokens: Tokens): Condition[] {
  const conditions: Condition[] = [];
  do {
    const property = tokens.word('property');
    const sign = tokens.next();
    const operator = sign.text.toUpperCase();
    if (sign.quoted || !OPERATORS.includes(operator))
      refuse('4000', `Error parsing query : QueryParserError: Encountered "${sign.text}". Was expecting an operator.`);
    conditions.push({
      property,
      operator: operator as Operator,
      values: operator === 'IN' ? readList(tokens) : [readValue(tokens)],
    });
  } while (tokens.take('AND'));
  return conditions;
}

function readList(tokens: Tokens): string[] {
  tokens.expect('(');
  const values = [readValue(tokens)];
  while (tokens.take(',')) values.push(readValue(tokens));
  tokens.expect(')');
  return values;
}

function readValue(tokens: Tokens): string {
  const token = tokens.next();
  if (token.quoted || /^(true|false|CURRENT_DATE|-?\d+(\.\d+)?)$/i.test(token.text)) return token.text;
  return refuse(
    '4000',
    `Error parsing query : QueryParserError: Encountered "${token.text}". Was expecting a value in quotes.`,
  );
}

function readOrder(tokens: Tokens): Query['orderBy'] {
  const order: { property: string; descending: boolean }[] = [];
  do {
    const property = tokens.word('property');
    const descending = tokens.take('DESC');
    if (!descending) tokens.take('ASC');
    order.push({ property, descending });
  } while (tokens.take(','));
  return order;
}

function readCount(tokens: Tokens, least: number): number {
  const token = tokens.next();
  if (!/^-?\d+$/.test(token.text))
    refuse('4000', `Error parsing query : QueryParserError: Encountered "${token.text}". Was expecting a number.`);
  const value = Number(token.text);
  if (value < least)
    refuse('4001', `Invalid query : QueryValidationError: value ${value} is too small. Min allowed value is ${least}`);
  return value;
}
