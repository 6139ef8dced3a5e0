// Preloaded into a process under test: its topics and consumer groups bear its own prefix and have two partitions, so that
// many worlds share one broker; a member of a group that was killed is out of it as soon as brokers allow.
const { TOPICS } = require('@qbo-sync/contracts/topics');
const { Kafka } = require('kafkajs');

const prefix = process.env.OWN_NAMES ?? '';
const PARTITIONS = 2;
const SESSION_MS = 6_000;

for (const topic of Object.values(TOPICS)) {
  topic.name = prefix + topic.name;
  topic.partitions = PARTITIONS;
}

const { consumer, producer } = Kafka.prototype;
Kafka.prototype.consumer = function (options) {
  return consumer.call(this, { ...options, groupId: prefix + options.groupId, sessionTimeout: SESSION_MS });
};

// The pure projects spell names of topics themselves.
const own = (topic) => (topic.startsWith(prefix) ? topic : prefix + topic);
Kafka.prototype.producer = function (options) {
  const made = producer.call(this, options);
  const { sendBatch } = made;
  made.sendBatch = (batch) =>
    sendBatch({
      ...batch,
      topicMessages: batch.topicMessages.map((each) => ({ ...each, topic: own(each.topic) })),
    });
  return made;
};
