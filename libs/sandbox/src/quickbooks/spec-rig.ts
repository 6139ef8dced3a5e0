import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNumbersAsText, type TextJson, type TextObject } from '@qbo-sync/contracts/exact-json';
import { startQuickBooks, type QuickBooksOptions, type RunningQuickBooks } from './start-quickbooks';

const CLIENT = `Basic ${Buffer.from('sandbox-client:sandbox-secret').toString('base64')}`;
export const CALLBACK = 'http://localhost:4000/oauth/callback';

/** An answer with its numbers as text, so that specs see every digit. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: TextObject;
}

export interface Tokens {
  realm: string;
  access: string;
  refresh: string;
}

/** An emulator for one spec: over real HTTP, its clock in the spec's hand, its journal in a folder of its own. */
export class Rig {
  now = Date.parse('2026-11-20T18:00:00Z');
  quickbooks: RunningQuickBooks;
  tokens: Tokens;
  private readonly folder = mkdtempSync(join(tmpdir(), 'quickbooks-'));

  private constructor(private readonly options: Partial<QuickBooksOptions>) {}

  /** Starts, and connects the company of a key: `us-auto` or `uk-vat`. */
  static async open(
    company: 'us-auto' | 'us-manual' | 'uk-vat' = 'us-auto',
    options: Partial<QuickBooksOptions> = {},
  ): Promise<Rig> {
    const rig = new Rig(options);
    await rig.start();
    await rig.admin('POST', 'next-company', { company });
    rig.tokens = await rig.connect();
    return rig;
  }

  async start(): Promise<void> {
    this.quickbooks = await startQuickBooks({
      port: 0,
      journalFile: join(this.folder, 'journal'),
      now: () => this.now,
      settings: { latencyMs: { from: 0, to: 0 } },
      ...this.options,
    });
  }

  async restart(): Promise<void> {
    await this.quickbooks.close();
    await this.start();
  }

  async close(): Promise<void> {
    await this.quickbooks.close();
    rmSync(this.folder, { recursive: true });
  }

  journalFile(): string {
    return join(this.folder, 'journal');
  }

  /** Where an authorize sends the browser. */
  async authorize(changes: Record<string, string> = {}): Promise<Response> {
    const query = new URLSearchParams({
      client_id: 'sandbox-client',
      response_type: 'code',
      scope: 'com.intuit.quickbooks.accounting',
      redirect_uri: CALLBACK,
      state: 'state-1',
      ...changes,
    });
    return fetch(`${this.quickbooks.authorizeUrl}?${query}`, { redirect: 'manual' });
  }

  async connect(): Promise<Tokens> {
    const callback = new URL((await this.authorize()).headers.get('location') ?? '');
    const { json } = await this.token({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: CALLBACK,
    });
    return {
      realm: callback.searchParams.get('realmId') ?? '',
      access: String(json['access_token']),
      refresh: String(json['refresh_token']),
    };
  }

  /** A fresh access token, as after an hour. */
  async refresh(): Promise<void> {
    const { json } = await this.token({ grant_type: 'refresh_token', refresh_token: this.tokens.refresh });
    this.tokens = { ...this.tokens, access: String(json['access_token']), refresh: String(json['refresh_token']) };
  }

  async token(form: Record<string, string>, authorization = CLIENT): Promise<Answer> {
    return read(
      await fetch(this.quickbooks.tokenUrl, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams(form),
      }),
    );
  }

  async admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<TextObject> {
    const answer = await read(
      await fetch(`${this.quickbooks.adminUrl}/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    if (answer.status !== 200) throw new Error(`${method} /admin/${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  /** A call to the connected company; a body may be text, for exact numbers. */
  async call(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return read(
      await fetch(`${this.quickbooks.url}/v3/company/${this.tokens.realm}/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.tokens.access}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
      } as RequestInit),
    );
  }

  /** A write that must succeed; answers the record. */
  async make(entity: string, body: unknown, query = ''): Promise<TextObject> {
    const answer = await this.call('POST', `${entity.toLowerCase()}${query}`, body);
    if (answer.status !== 200) throw new Error(`${entity}: ${answer.text}`);
    return at(answer.json, entity) as TextObject;
  }

  async get(entity: string, id: string): Promise<TextObject> {
    return at((await this.call('GET', `${entity.toLowerCase()}/${id}`)).json, entity) as TextObject;
  }

  async query(statement: string): Promise<Answer> {
    return this.call('GET', `query?query=${encodeURIComponent(statement)}`);
  }

  /** The rows of a query that must succeed. */
  async rows(statement: string): Promise<TextObject[]> {
    const response = at((await this.query(statement)).json, 'QueryResponse') as TextObject;
    return (Object.values(response).find(Array.isArray) as TextObject[] | undefined) ?? [];
  }

  async idOf(entity: string, field: string, value: string): Promise<string> {
    const [row] = await this.rows(`select * from ${entity} where ${field} = '${value.replaceAll("'", "\\'")}'`);
    return String(row?.['Id']);
  }
}

/** The codes of a fault, in either envelope; empty when the answer is none. */
export function codes(answer: Answer): string[] {
  const upper = at(answer.json, 'Fault', 'Error');
  const lower = at(answer.json, 'fault', 'error');
  const errors = (upper ?? lower ?? []) as TextObject[];
  return errors.map((error) => String(error['code']));
}

/** Goes down a tree by keys and array places. */
export function at(json: TextJson | undefined, ...path: (string | number)[]): TextJson | undefined {
  let value: TextJson | undefined = json;
  for (const key of path) {
    if (Array.isArray(value) && typeof key === 'number') value = value.at(key);
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) value = value[key];
    else return undefined;
  }
  return value;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? (readNumbersAsText(text) as TextObject) : {},
  };
}
