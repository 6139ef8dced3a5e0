import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startQuickBooks } from './start-quickbooks';
test('smoke', async () => {
  const qb = await startQuickBooks({ port: 0, journalFile: join(mkdtempSync(join(tmpdir(), 'qb-')), 'journal') });
  const auth = await fetch(`${qb.authorizeUrl}?client_id=sandbox-client&response_type=code&state=s&scope=com.intuit.quickbooks.accounting&redirect_uri=http://localhost:1/cb`, { redirect: 'manual' });
  const cb = new URL(auth.headers.get('location') ?? '');
  const realm = cb.searchParams.get('realmId');
  const tok = await fetch(qb.tokenUrl, { method: 'POST', headers: { authorization: 'Basic ' + Buffer.from('sandbox-client:sandbox-secret').toString('base64'), 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ grant_type: 'authorization_code', code: cb.searchParams.get('code') ?? '', redirect_uri: 'http://localhost:1/cb' }) });
  const { access_token } = await tok.json() as any;
  const call = async (method: string, path: string, body?: unknown) => {
    const r = await fetch(`${qb.url}/v3/company/${realm}/${path}`, { method, headers: { authorization: `Bearer ${access_token}`, accept: 'application/json', ...(body === undefined ? {} : {'content-type': 'application/json'}) }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
    return { status: r.status, text: await r.text() };
  };
  const out: unknown[] = [realm];
  out.push(await call('GET', 'companyinfo/' + realm), await call('GET', 'preferences'));
  out.push(await call('GET', 'query?query=' + encodeURIComponent("select Id, Name, AccountType from Account where AccountType = 'Income'")));
  out.push(await call('GET', 'query?query=' + encodeURIComponent('select * from TaxCode maxresults 2')));
  out.push(await call('POST', 'customer', { DisplayName: "Dana O'Ruiz", BillAddr: { Line1: '12 Oak', City: 'Austin', CountrySubDivisionCode: 'TX', PostalCode: '78701' } }));
  out.push(await call('POST', 'item', { Name: 'AC', Type: 'Service', IncomeAccountRef: { value: '15' }, UnitPrice: 129 }));
  out.push(await call('POST', 'invoice', '{"DocNumber":"RAC-1","CustomerRef":{"value":"4"},"PrivateNote":"Run a Call inv_1","Line":[{"Amount":129.00,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"3"},"Qty":1,"UnitPrice":129.00,"TaxCodeRef":{"value":"TAX"}}}],"TxnTaxDetail":{"TotalTax":10.65}}'));
  out.push(await call('POST', 'payment', '{"TotalAmt":200.00,"CustomerRef":{"value":"4"},"Line":[{"Amount":150.00,"LinkedTxn":[{"TxnId":"1","TxnType":"Invoice"}]}]}'));
  out.push(await call('GET', 'invoice/1'), await call('GET', 'customer/4'));
  out.push(await call('GET', 'cdc?entities=Invoice,Payment,Item&changedSince=' + encodeURIComponent(new Date(Date.now() - 60000).toISOString())));
  for (const p of ['status', 'writes', 'journal', 'duplicates', 'ledger?company=us-auto']) out.push(await (await fetch(`${qb.adminUrl}/${p}`)).text());
  console.log(out.map((o) => typeof o === 'string' ? o : JSON.stringify(o)).join('\n'));
  await qb.close();
});
