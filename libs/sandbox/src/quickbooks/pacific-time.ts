/** QuickBooks' own clock is Pacific time, whatever the company's zone (quickbooks.md §1.4). */
const ZONE = 'America/Los_Angeles';
const FORMAT = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'longOffset',
});

function parts(ms: number): Record<string, string> {
  return Object.fromEntries(FORMAT.formatToParts(ms).map((part) => [part.type, part.value]));
}

let lastSecond = Number.NaN;
let lastText = '';

/** `2015-07-24T10:33:39-07:00`, as in MetaData. */
export function metaTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = format(second * 1000);
    lastSecond = second;
  }
  return lastText;
}

function format(ms: number): string {
  const p = parts(ms);
  return `${p['year']}-${p['month']}-${p['day']}T${p['hour']}:${p['minute']}:${p['second']}${(p['timeZoneName'] ?? '').slice(3)}`;
}

/** `2015-07-24T10:33:39.110-07:00`, as `time` in answers. */
export function answerTime(ms: number): string {
  const fraction = String(ms % 1000).padStart(3, '0');
  return metaTime(ms).replace(/([+-]\d\d:\d\d)$/, `.${fraction}$1`);
}

/** `2015-07-24`: the day a document gets that says none. */
export function pacificDay(ms: number): string {
  return metaTime(ms).slice(0, 10);
}
