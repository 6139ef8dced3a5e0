import type { StreamEvent } from './events';

/** Was what this event holds of people erased? The event store keeps the rest of it. */
export function isErased(event: StreamEvent): boolean {
  return hasPersonal(event) && (event as { personal?: unknown }).personal === undefined;
}

type Personal = Exclude<StreamEvent, { type: 'Wanted' | 'Dismissed' | 'Chosen' }>;

function hasPersonal(event: StreamEvent): event is Personal {
  return event.type !== 'Wanted' && event.type !== 'Dismissed' && event.type !== 'Chosen';
}

/** An erased event with nothing where the names and amounts were, so that its stream can still be folded. */
export function blank(event: StreamEvent): StreamEvent {
  if (!hasPersonal(event)) return event;
  switch (event.type) {
    case 'Changed':
      return { ...event, personal: { data: {} } };
    case 'PushRequested':
      return { ...event, personal: { body: '{}', expect: {}, warnings: [], summary: {} } };
    case 'Deferred':
    case 'Held':
    case 'Skipped':
      return { ...event, personal: { reason: { code: event.data.code }, summary: {} } };
    case 'Settled':
      return { ...event, personal: { warnings: [], summary: {} } };
    case 'Listed':
      return { ...event, personal: { record: '{}' } };
    case 'Told':
      return { ...event, personal: { command: { quickbooksId: event.data.quickbooksId, fields: {} } } };
    case 'Proposed':
      return { ...event, personal: { activity: {} } };
  }
}
