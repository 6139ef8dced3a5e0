import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const SOURCES = ['libs/gateway/src', 'libs/qbo/src', 'apps/qbo-gateway/src'];
const ENTITIES =
  /customer|invoice|payment|refund|payout|deposit|estimate|vendor|creditmemo|salesreceipt|taxcode|taxrate|\bitems?\b/i;

/** Code without its comments. */
const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

const files = SOURCES.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.spec\.ts$|-rig\.ts$/.test(name))
    .map((name) => join(folder, name)),
);

describe('the gateway knows no entity', () => {
  it('reads every file of its three projects', () => {
    for (const folder of SOURCES) expect(files.filter((file) => file.startsWith(folder)).length).toBeGreaterThan(5);
  });

  it.each(files)('%s', (file) => {
    const named = codeOf(readFileSync(join(ROOT, file), 'utf8'))
      .split('\n')
      .filter((line) => ENTITIES.test(line));
    expect(named).toEqual([]);
  });
});
