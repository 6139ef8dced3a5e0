import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import type { PartSpec } from './part';
import { freePort } from './ports';

/**
 * Apache Kafka 4.3.0 in KRaft mode, broker and controller in one: from its Maven coordinates with Java ≥ 17 and mvn on
 * PATH, else from Docker, else one error that names the three ways.
 */
export interface KafkaPart {
  readonly spec: PartSpec;
  readonly brokers: string;
}

const VERSION = '4.3.0';

export async function localKafka(options: {
  localDir: string;
  log: string;
  progress: (text: string) => void;
}): Promise<KafkaPart> {
  if (kafkaIsAProcess()) return kafkaFromMaven(options);
  if (dockerRuns()) return kafkaFromDocker(options.log);
  throw new Error(
    'No Kafka. Either set KAFKA_BROKERS=host:port, or put Java 17 and mvn on PATH (Kafka then comes from Maven), or start Docker (then apache/kafka runs).',
  );
}

/** Whether the broker is a process of this machine; a container's is not, and dies with its data. */
export function kafkaIsAProcess(): boolean {
  const java = javaMajor();
  return java !== undefined && java >= 17 && onPath('mvn');
}

async function kafkaFromMaven(options: {
  localDir: string;
  log: string;
  progress: (text: string) => void;
}): Promise<KafkaPart> {
  const lib = jars(options.progress);
  const dir = path.join(options.localDir, 'kafka');
  const [port, controllerPort] = [await freePort(), await freePort()];
  const properties = path.join(options.localDir, 'kafka.properties');
  writeFileSync(properties, serverProperties(path.join(dir), port, controllerPort));
  const classpath = ['-cp', path.join(lib, '*')];
  if (!existsSync(path.join(dir, 'meta.properties'))) {
    rmSync(dir, { recursive: true, force: true });
    const id = clusterId();
    execFileSync('java', [...classpath, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', properties], {
      stdio: 'pipe',
    });
  }
  return {
    brokers: `127.0.0.1:${port}`,
    spec: {
      name: 'kafka',
      command: 'java',
      args: [
        ...['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        ...classpath,
        'kafka.Kafka',
        properties,
      ],
      cwd: options.localDir,
      env: process.env,
      log: options.log,
      isReady: () => listens(port),
      readyWithinMs: 60_000,
    },
  };
}

/** 16 bytes in base64, as Kafka wants them; one that begins with a dash would be read as an option. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}

function serverProperties(dir: string, port: number, controllerPort: number): string {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${dir}`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'auto.create.topics.enable=false',
    '',
  ].join('\n');
}

/** Kafka's jars, fetched once into a cache outside the clone. */
function jars(progress: (text: string) => void): string {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'qbo-sync');
  const lib = path.join(cache, `kafka-${VERSION}`);
  if (existsSync(lib) && readdirSync(lib).some((name) => name.startsWith('kafka_'))) return lib;
  progress(`Fetching Apache Kafka ${VERSION} from Maven, once (44 MB)`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(path.join(tmpdir(), 'qbo-sync-kafka-'));
  writeFileSync(path.join(work, 'pom.xml'), POM);
  execFileSync(
    'mvn',
    ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${lib}.part`],
    {
      cwd: work,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  rmSync(lib, { recursive: true, force: true });
  renameSync(`${lib}.part`, lib);
  rmSync(work, { recursive: true, force: true });
  return lib;
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>qbo-sync</groupId><artifactId>local-kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

async function kafkaFromDocker(log: string): Promise<KafkaPart> {
  const port = await freePort();
  const environment = {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:9093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  };
  return {
    brokers: `127.0.0.1:${port}`,
    spec: {
      name: 'kafka',
      command: 'docker',
      args: [
        ...['run', '--rm', '--name', `qbo-sync-kafka-${port}`, '-p', `127.0.0.1:${port}:${port}`],
        ...Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
        `apache/kafka:${VERSION}`,
      ],
      cwd: '/',
      env: process.env,
      log,
      isReady: () => listens(port),
      readyWithinMs: 180_000,
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

function javaMajor(): number | undefined {
  try {
    const text = execFileSync('java', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return Number(/(\d+)[.\d]*/.exec(text)?.[1]);
  } catch {
    return undefined;
  }
}

function onPath(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function dockerRuns(): boolean {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}
