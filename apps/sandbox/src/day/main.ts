import { ConfigError, readConfig } from '@qbo-sync/service/config';
import { DayConfig } from './day-config';
import { playDay } from './play-day';
import { terminalProgress } from './progress';
import { DayStopped } from './stopped';

/** `node apps/sandbox/dist/day/main.js`: exit code 0 only when the books agree to the cent. */
async function main(): Promise<number> {
  const progress = terminalProgress(process.stdout);
  try {
    const config = readConfig(DayConfig, process.env);
    const result = await playDay({ config, progress }, config.DAY_UNTIL);
    return result === undefined || result.agreed ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof DayStopped)) throw error;
    progress.step(error.message);
    return 2;
  }
}

// What is still connected to a broker that was killed must not keep a day that has ended.
void main().then((code) => process.exit(code));
