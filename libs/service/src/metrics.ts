import { collectDefaultMetrics, Registry } from 'prom-client';

/** The metrics of one process, with `service` on each. */
export function openMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
