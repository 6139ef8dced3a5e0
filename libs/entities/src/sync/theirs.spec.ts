import type { Customer } from '@qbo-sync/contracts/runacall/customer';
import type { Invoice } from '@qbo-sync/contracts/runacall/invoice';
import type { Item } from '@qbo-sync/contracts/runacall/item';
import type { Trigger } from '@qbo-sync/contracts/sync/trigger';
import { customerRules } from '../customer/customer';
import { invoiceRules } from '../invoice/invoice';
import { itemRules } from '../item/item';
import { toMessages } from './messages';
import type { Rules } from './rules';
import { answered, BOOKS, changed, context, given, lines, NOW, only, settings, type Story } from './spec-kit';

const dana: Customer = {
  id: 'cus_88',
  kind: 'residential',
  displayName: 'Dana Ruiz',
  phone: '(512) 555-0101',
  taxExempt: false,
  active: true,
  updatedAt: NOW,
};
const filter: Item = {
  id: 'itm_1',
  name: 'Filter 16x25',
  kind: 'material',
  unitPrice: '18.50',
  taxable: true,
  active: true,
  updatedAt: NOW,
};
const bill: Invoice = {
  id: 'inv_1',
  number: 'RAC-1',
  customerId: 'cus_88',
  currency: 'USD',
  issuedOn: '2026-11-20',
  lines: [
    {
      ...{ id: 'l1', kind: 'service', name: 'Tune-up', quantity: '1', unitPrice: '129.00', amount: '129.00' },
      ...{ taxable: false, itemId: 'itm_1' },
    },
  ],
  taxes: [],
  subtotal: '129.00',
  taxTotal: '0.00',
  total: '129.00',
  balance: '129.00',
  updatedAt: NOW,
};

const theirs = (
  ref: string,
  fields: readonly string[],
  record: object,
  more: { gone?: 'deleted' | 'voided' | 'inactive' | 'merged'; books?: string; token?: string } = {},
): Trigger => {
  const shown = { Id: '58', SyncToken: more.token ?? '4', ...record };
  return {
    kind: 'theirs',
    ref,
    books: more.books ?? BOOKS,
    resource: ref.startsWith('item') ? 'Item' : ref.startsWith('customer') ? 'Customer' : 'Invoice',
    changed: fields,
    record: shown,
    text: JSON.stringify(shown),
    at: NOW,
    ...(more.gone === undefined ? {} : { gone: more.gone }),
  };
};

/** What invoices follow; no other entity looks at it. */
const RELATED = { customer: { name: 'Dana Ruiz', taxExempt: false }, items: { itm_1: true } };

function start<Data>(rules: Rules<Data>, ref: string, values = {}): Story<unknown> {
  return given(rules, ref, context<unknown>(RELATED, { settings: settings({ values }) }));
}

function posted<Data>(rules: Rules<Data>, ref: string, data: object, values = {}): Story<unknown> {
  const asked = start(rules, ref, values).when(changed('created', 3, data));
  return asked.when(answered(asked, {}));
}

const commandOf = (story: Story<unknown>): unknown => only(story.events, 'Told').personal.command;

describe('story 7: a customer changed in QuickBooks', () => {
  const linked = (values = {}) => posted(customerRules, 'customer:cus_88', dana, values);
  const renamed = theirs('customer:cus_88', ['DisplayName', 'Notes'], { DisplayName: 'Dana Ruiz-Lee' });

  it('there only → Run a Call is told the changed fields, computed on the sequence we know', () => {
    expect(commandOf(linked().when(renamed))).toEqual({
      id: 'cus_88',
      ifSequence: 3,
      quickbooksId: '58',
      fields: { displayName: 'Dana Ruiz-Lee' },
    });
  });

  it('the command bears an id of (books, QuickBooks id, SyncToken) and is sent once', () => {
    const told = linked().when(renamed);
    const [message] = toMessages(
      { tenant: 'acme', ref: 'customer:cus_88', version: 4, service: 'customers' },
      only(told.events, 'Told'),
    );
    expect(message).toMatchObject({
      topic: 'runacall.commands.v1',
      key: 'acme:cus_88',
      headers: {
        ce_id: `${BOOKS}/Customer/58/4`,
        ce_type: 'com.runacall.customer.upsert.v1',
        ce_subject: 'cus_88',
        ce_tenant: 'acme',
      },
    });
    expect(told.when(renamed).events).toEqual([]);
  });

  it('an emptied field is told as null, a name never', () => {
    const emptied = theirs('customer:cus_88', ['PrimaryPhone', 'DisplayName'], {});
    expect(commandOf(linked().when(emptied))).toMatchObject({ fields: { phone: null } });
  });

  it('what Run a Call says already is not told', () => {
    const same = theirs('customer:cus_88', ['DisplayName'], { DisplayName: 'Dana Ruiz' });
    expect(linked().when(same).events).toEqual([]);
  });

  it('updates switched off, or other books: nothing', () => {
    expect(linked({ 'customers.updates': false }).when(renamed).events).toEqual([]);
    const other = theirs('customer:cus_88', ['DisplayName'], { DisplayName: 'X' }, { books: 'books_0' });
    expect(linked().when(other).events).toEqual([]);
  });

  it('the phone changed here meanwhile: the name is told, the phone is ours', () => {
    const here = linked().when(changed('updated', 4, { ...dana, phone: '(512) 555-0199' }));
    const both = theirs('customer:cus_88', ['DisplayName', 'PrimaryPhone'], {
      DisplayName: 'Dana Ruiz-Lee',
      PrimaryPhone: { FreeFormNumber: '(512) 555-0777' },
    });
    expect(commandOf(here.when(both))).toMatchObject({ ifSequence: 4, fields: { displayName: 'Dana Ruiz-Lee' } });
  });

  it('the name changed on both sides: nobody is told, the clash is shown', () => {
    const here = linked().when(changed('updated', 4, { ...dana, displayName: 'Dana R.' }));
    const there = here.when(renamed);
    expect(there.events).toEqual([]);
    const record = { DisplayName: 'Dana Ruiz-Lee' };
    const clash = there.when(
      answered(there, { outcome: 'clash', code: 'both_changed', detail: 'DisplayName', record }),
    );
    expect(lines(clash.events)).toEqual(['Held both_changed']);
    expect(only(clash.events, 'Held').personal.reason.params).toMatchObject({
      ...{ fields: 'DisplayName', 'ours.DisplayName': 'Dana R.', 'theirs.DisplayName': 'Dana Ruiz-Lee' },
    });
  });

  describe('a person chose of a clash', () => {
    const NAME = { DisplayName: 'Dana Ruiz-Lee', PrimaryPhone: { FreeFormNumber: '(512) 555-0777' } };
    const clashed = (values = {}) => {
      const here = linked(values).when(
        changed('updated', 4, { ...dana, displayName: 'Dana R.', phone: '(512) 555-0199' }),
      );
      const detail = 'DisplayName, PrimaryPhone';
      return here.when(answered(here, { outcome: 'clash', code: 'both_changed', detail, record: NAME }));
    };
    const choose = (choice: string): Trigger => ({ kind: 'resolve', commandId: 'cmd_9', by: 'pat', choice });
    const chosen = (values = {}) => clashed(values).when(choose('fields DisplayName=theirs,PrimaryPhone=ours'));
    const answeredBy = (story: Story<unknown>, outcome: 'synced' | 'clash' = 'synced') =>
      story.when(answered(story, { outcome, quickbooksId: '58', record: { ...NAME, Id: '58', SyncToken: '6' } }));

    it('the record is asked for once more, with the side of each field', () => {
      const request = only(chosen().events, 'PushRequested');
      expect(request.data.sides).toEqual({ ours: ['PrimaryPhone'], theirs: ['DisplayName'] });
      expect(JSON.parse(request.personal.body)).toMatchObject({ DisplayName: 'Dana R.' });
      const [message] = toMessages(
        { tenant: 'acme', ref: 'customer:cus_88', version: 9, service: 'customers' },
        request,
      );
      expect(JSON.parse(message?.value ?? '')).toMatchObject({ sides: { theirs: ['DisplayName'] } });
    });

    it('QuickBooks’ value goes to Run a Call once QuickBooks has shown it', () => {
      const done = answeredBy(chosen());
      expect(lines(done.events)).toEqual(['Told', 'Settled']);
      expect(commandOf(done)).toMatchObject({ ifSequence: 4, fields: { displayName: 'Dana Ruiz-Lee' } });
      expect(only(done.events, 'Told').data.commandId).toBe(`${BOOKS}/Customer/58/6/chosen`);
    });

    it('it does not where the settings keep updates here, nor where the choice came to nothing', () => {
      expect(lines(answeredBy(chosen({ 'customers.updates': false })).events)).not.toContain('Told');
      expect(lines(answeredBy(chosen(), 'clash').events)).toEqual(['Held both_changed']);
    });

    it('a newer change here takes the choice along while it is under way, and not after', () => {
      const next = { ...dana, displayName: 'Dana R.', phone: '(512) 555-0199', notes: 'gate code 4' };
      const newer = chosen().when(changed('updated', 5, next));
      expect(only(newer.events, 'PushRequested').data.sides).toMatchObject({ theirs: ['DisplayName'] });
      const later = answeredBy(chosen()).when(changed('updated', 5, next));
      expect(only(later.events, 'PushRequested').data.sides).toBeUndefined();
    });

    it('is taken for a clash alone', () => {
      const story = linked().when(changed('updated', 4, { ...dana, displayName: 'Dana R.' }));
      const unclear = story.when(answered(story, { outcome: 'refused', code: 'unclear' }));
      expect(unclear.when(choose('fields DisplayName=ours')).events).toEqual([]);
    });
  });

  it.each(['inactive', 'merged'] as const)('%s there: shown once, never deleted here, never made again', (gone) => {
    const ended = linked().when(theirs('customer:cus_88', ['Active'], { Active: false }, { gone }));
    expect(lines(ended.events)).toEqual(['Held gone_in_qbo']);
    expect(ended.when(theirs('customer:cus_88', [], {}, { gone, token: '5' })).events).toEqual([]);
    expect(ended.when({ kind: 'redecide', why: 'settings' }).events).toEqual([]);
  });
});

describe('merged in Run a Call, and then by a person in QuickBooks', () => {
  it('is done: the steps that were shown are over', () => {
    const story = posted(customerRules, 'customer:cus_88', dana).when(
      changed('merged', 4, { ...dana, mergedIntoId: 'cus_90' }),
    );
    const owing = { outcome: 'refused', code: 'precondition', record: { Balance: '179.70' } } as const;
    const steps = story.when(answered(story, owing));
    expect(lines(steps.events)).toEqual(['Held merge']);
    const merged = steps.when(theirs('customer:cus_88', [], { MergedInto: '77' }, { gone: 'merged' }));
    expect(lines(merged.events)).toEqual(['Skipped unchanged']);
    expect(merged.when(theirs('customer:cus_88', [], {}, { gone: 'merged' })).events).toEqual([]);
  });
});

describe('story 7: a customer made in QuickBooks', () => {
  const made = theirs('customer:qbo.58', [], {
    DisplayName: 'Rosa Bay',
    PrimaryPhone: { FreeFormNumber: '(512) 555-0144' },
    BillAddr: {
      Id: '9',
      Line1: '12 Oak St',
      City: 'Austin',
      CountrySubDivisionCode: 'TX',
      PostalCode: '78701',
      Country: 'USA',
    },
    Taxable: true,
  });

  it('pulled where the setting says so, whole, without an id', () => {
    expect(commandOf(start(customerRules, 'customer:qbo.58', { 'customers.pull': true }).when(made))).toEqual({
      quickbooksId: '58',
      fields: {
        kind: 'residential',
        displayName: 'Rosa Bay',
        phone: '(512) 555-0144',
        billingAddress: { line1: '12 Oak St', city: 'Austin', region: 'TX', postalCode: '78701', country: 'US' },
        taxExempt: false,
        active: true,
      },
    });
  });

  it('not pulled by default', () => {
    expect(start(customerRules, 'customer:qbo.58').when(made).events).toEqual([]);
  });

  it('asked for once, whatever changes there before Run a Call has made it', () => {
    const told = start(customerRules, 'customer:qbo.58', { 'customers.pull': true }).when(made);
    expect(told.when(theirs('customer:qbo.58', [], { DisplayName: 'Rosa B.' }, { token: '5' })).events).toEqual([]);
  });

  it('inactive ones stay there', () => {
    const gone = theirs('customer:qbo.58', [], { DisplayName: 'Rosa', Active: false });
    expect(start(customerRules, 'customer:qbo.58', { 'customers.pull': true }).when(gone).events).toEqual([]);
  });

  it('Run a Call’s `created` with quickbooksId → link, with pushing off too', () => {
    const values = { 'customers.pull': true, 'customers.push': false };
    const story = start(customerRules, 'customer:cus_99', values).when(
      changed('created', 1, { ...dana, id: 'cus_99', quickbooksId: '58' }),
    );
    expect(only(story.events, 'PushRequested')).toMatchObject({
      data: { kind: 'link', resource: 'Customer' },
      personal: { body: '{"Id":"58"}' },
    });
  });
});

describe('story 7: items', () => {
  it('a price changed there goes back where items are pulled, else nothing does', () => {
    const dearer = theirs('item:itm_1', ['UnitPrice'], { UnitPrice: '19.5' });
    const pulled = posted(itemRules, 'item:itm_1', filter, { 'items.pull': true }).when(dearer);
    expect(commandOf(pulled)).toMatchObject({ id: 'itm_1', fields: { unitPrice: '19.50' } });
    expect(posted(itemRules, 'item:itm_1', filter).when(dearer).events).toEqual([]);
  });

  it('made there: by its kind; bundles and categories are none of the pricebook', () => {
    const pull = () => start(itemRules, 'item:qbo.58', { 'items.pull': true });
    const made = theirs('item:qbo.58', [], { Name: 'Coil', Type: 'Inventory', UnitPrice: '240', Taxable: true });
    expect(commandOf(pull().when(made))).toMatchObject({
      fields: { kind: 'material', name: 'Coil', unitPrice: '240.00', taxable: true },
    });
    expect(pull().when(theirs('item:qbo.58', [], { Name: 'Parts', Type: 'Category' })).events).toEqual([]);
  });
});

describe('a document of ours changed in QuickBooks (postings.md §1.14)', () => {
  const linked = () => posted(invoiceRules as unknown as Rules, 'invoice:inv_1', bill);

  it('in a field that we sent: shown, and nothing is sent over it', () => {
    const story = linked().when(theirs('invoice:inv_1', ['Line', 'TotalAmt'], { Line: [] }));
    expect(lines(story.events)).toEqual(['Held both_changed']);
    expect(only(story.events, 'Held').personal.reason.params).toMatchObject({ fields: 'Line', 'theirs.Line': '[]' });
  });

  it('what a person chose of it is asked for; another total than Run a Call’s is held with both figures', () => {
    const story = linked().when(theirs('invoice:inv_1', ['Line'], { Line: [] }));
    const choose = (choice: string) => story.when({ kind: 'resolve', commandId: 'cmd_9', by: 'pat', choice });
    expect(only(choose('fields Line=ours').events, 'PushRequested').data.sides).toEqual({ ours: ['Line'], theirs: [] });
    const left = choose('fields Line=theirs');
    const shown = left.when(answered(left, { record: { Id: '58', SyncToken: '5', TotalAmt: '150.00' } }));
    expect(only(shown.events, 'Held').personal.reason.params).toMatchObject({ t: '129.00', q: '150.00' });
  });

  it('in a field of theirs alone: nothing to show', () => {
    expect(linked().when(theirs('invoice:inv_1', ['SalesTermRef'], {})).events).toEqual([]);
  });

  it.each(['deleted', 'voided'] as const)('%s there: shown, never made again by itself', (gone) => {
    const ended = linked().when(theirs('invoice:inv_1', [], {}, { gone }));
    expect(lines(ended.events)).toEqual(['Held gone_in_qbo']);
    expect(ended.when({ kind: 'redecide', why: 'settings' }).events).toEqual([]);
    expect(lines(ended.when({ kind: 'wanted', commandId: 'c', by: 'qbo-gateway', at: NOW }).events)).toEqual([
      'Wanted',
    ]);
  });
});
