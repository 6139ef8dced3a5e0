import { afterLook, firstStep, latestSend, type OpenAttempt } from './unsure';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 22, 9, 0, seconds));
const attempt = (bend: Partial<OpenAttempt> = {}): OpenAttempt => ({
  kind: 'create',
  lastSentAt: at(0),
  sends: 1,
  ...bend,
});
const WAIT_MS = 125_000;

describe('story 3: an attempt of unknown outcome', () => {
  it('a create is looked for first, an update or removal is sent again at once', () => {
    expect(firstStep(attempt())).toEqual({ do: 'look' });
    expect(firstStep(attempt({ kind: 'update' }))).toEqual({ do: 'resend' });
    expect(firstStep(attempt({ kind: 'remove' }))).toEqual({ do: 'resend' });
  });

  it('not found proves nothing before sent + 125 s', () => {
    expect(afterLook(attempt(), WAIT_MS, at(1))).toEqual({ do: 'wait', until: at(125) });
    expect(afterLook(attempt(), WAIT_MS, at(124))).toEqual({ do: 'wait', until: at(125) });
    expect(afterLook(attempt(), WAIT_MS, at(125))).toEqual({ do: 'resend' });
  });

  it('the second time it waits from the second send, and then a person looks', () => {
    const twice = attempt({ sends: 2, lastSentAt: at(130) });
    expect(afterLook(twice, WAIT_MS, at(131))).toEqual({ do: 'wait', until: at(255) });
    expect(afterLook(twice, WAIT_MS, at(255))).toEqual({ do: 'unclear' });
  });

  it('an update is not repeated for ever', () => {
    expect(firstStep(attempt({ kind: 'update', sends: 6 }))).toEqual({ do: 'look' });
    expect(afterLook(attempt({ kind: 'update', sends: 6 }), WAIT_MS, at(1))).toEqual({ do: 'unclear' });
  });

  it('was sent when its outcome was heard of; one whose sender was lost, by now or as late as it may have begun', () => {
    const stored = { lastSentAt: at(0), heard: false };
    expect(latestSend({ ...stored, heard: true }, 5_000, at(30))).toEqual(at(0));
    expect(latestSend(stored, 5_000, at(4))).toEqual(at(4));
    expect(latestSend(stored, 5_000, at(30))).toEqual(at(10));
  });
});
