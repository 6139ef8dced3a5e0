/** Injection tokens of the console's own parts that are no classes. */
export const EVENT_DATABASE = Symbol('event database');
export const PRODUCER = Symbol('producer');
export const KAFKA = Symbol('kafka');
export const GROUP = Symbol('consumer group');
