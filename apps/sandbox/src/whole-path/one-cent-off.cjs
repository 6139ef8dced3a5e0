// Preloaded into the processes of a stack under test: the first line of every invoice is a cent too much on its way.
const Module = require('node:module');
const path = require('node:path');

function oneCentOff(body) {
  const invoice = JSON.parse(body);
  const line = invoice.Line.find((each) => each.SalesItemLineDetail !== undefined && each.Amount > 0);
  if (line === undefined) return body;
  line.Amount = Number((line.Amount + 0.01).toFixed(2));
  line.SalesItemLineDetail.Qty = 1;
  line.SalesItemLineDetail.UnitPrice = line.Amount;
  return JSON.stringify(invoice);
}

if ((process.argv[1] ?? '').includes(path.join('apps', 'invoices'))) {
  const load = Module._load;
  Module._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (request !== '@qbo-sync/mapping/invoice') return loaded;
    const toInvoice = (...args) => {
      const mapped = loaded.toInvoice(...args);
      return mapped.body === undefined ? mapped : { ...mapped, body: oneCentOff(mapped.body) };
    };
    return { ...loaded, toInvoice };
  };
}
