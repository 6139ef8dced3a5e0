import { infrastructure } from './infrastructure';

describe('a server or broker that is given and does not answer', () => {
  it.each([
    ['DATABASE_URL', 'postgres://127.0.0.1:1/postgres'],
    ['DATABASE_URL', 'hello'],
    ['KAFKA_BROKERS', '127.0.0.1:1'],
    ['KAFKA_BROKERS', 'hello'],
  ])('%s=%s: one sentence that names the setting', async (name, value) => {
    const options = { localDir: '/nowhere', logs: '/nowhere', durable: false, progress: () => undefined };
    const sentence = new RegExp(`^${name} is set, but no \\w+ (answers|listens) there\\.`);
    await expect(infrastructure({ ...options, env: { [name]: value } })).rejects.toThrow(sentence);
  });
});
