/** Injection tokens of what `boot` gives every module: the settings, the log. Health and the metrics' Registry are by class. */
export const CONFIG = Symbol('config');
export const LOG = Symbol('log');
