import type { Clock } from '@postern/kernel';
import type { Choice } from './choose-provider.ts';

export interface BreakerSettings {
  /** Consecutive failures of the provider after which it isn't called. */
  readonly failures: number;
  readonly openForMs: number;
}

/** A breaker that opened or closed. */
export interface BreakerChange {
  readonly kind: 'breaker-opened' | 'breaker-closed';
  readonly choice: Choice;
}

/** The permission for one attempt. `trial`: the only one, after which the breaker closes or opens again. */
export type Pass = 'free' | 'trial';

interface Circuit {
  failures: number;
  /** When an attempt may be made again; undefined while the circuit is closed. */
  openUntilMs: number | undefined;
  isTrying: boolean;
}

type Target = Pick<Choice, 'provider' | 'model'>;

/** More models than a configuration has. Clients can name any model. */
const MAX_CIRCUITS = 1000;
/** When to ask again while a trial runs: its end isn't known. */
const TRIAL_WAIT_MS = 1000;

/**
 * A circuit breaker for each model of each provider. After some consecutive failures of the provider it opens,
 * and no attempt is made for a time. Then one attempt decides whether it closes. The state is in memory.
 */
export class CircuitBreakers {
  readonly #settings: () => BreakerSettings;
  readonly #clock: Clock;
  readonly #onChange: (change: BreakerChange) => void;
  /** Only targets that failed last, so that the usual request finds an empty map. */
  readonly #circuits = new Map<string, Circuit>();

  constructor(
    settings: () => BreakerSettings,
    clock: Clock,
    onChange: (change: BreakerChange) => void,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Milliseconds until an attempt may be made; 0 for now. */
  waitMs(target: Target): number {
    const circuit = this.#circuitOf(target);
    if (circuit?.openUntilMs === undefined) return 0;
    const leftMs = circuit.openUntilMs - this.#clock.monotonicMs();
    if (leftMs > 0) return leftMs;
    return circuit.isTrying ? TRIAL_WAIT_MS : 0;
  }

  /** Begins an attempt, which must end with exactly one of the calls below. Only while `waitMs` is 0. */
  enter(target: Target): Pass {
    const circuit = this.#circuitOf(target);
    if (circuit?.openUntilMs === undefined) return 'free';
    circuit.isTrying = true;
    return 'trial';
  }

  succeed(choice: Choice, pass: Pass): void {
    const circuit = this.#circuitOf(choice);
    if (circuit === undefined) return;
    // An attempt from before the breaker opened says nothing about the provider now.
    if (circuit.openUntilMs !== undefined && pass === 'free') return;
    this.#circuits.delete(keyOf(choice));
    if (pass === 'trial') this.#onChange({ kind: 'breaker-closed', choice });
  }

  /** The provider failed. */
  fail(choice: Choice, pass: Pass): void {
    const { failures, openForMs } = this.#settings();
    const circuit = this.#circuitOf(choice) ?? this.#newCircuit(choice);
    const isOpen = circuit.openUntilMs !== undefined;
    if (isOpen && pass === 'free') return;
    circuit.isTrying = false;
    circuit.failures += 1;
    if (!isOpen && circuit.failures < failures) return;
    circuit.openUntilMs = this.#clock.monotonicMs() + openForMs;
    if (!isOpen) this.#onChange({ kind: 'breaker-opened', choice });
  }

  /** The attempt ended without saying anything about the provider. */
  leave(target: Target, pass: Pass): void {
    if (pass === 'free') return;
    const circuit = this.#circuitOf(target);
    if (circuit !== undefined) circuit.isTrying = false;
  }

  #circuitOf(target: Target): Circuit | undefined {
    return this.#circuits.size === 0 ? undefined : this.#circuits.get(keyOf(target));
  }

  #newCircuit(target: Target): Circuit {
    if (this.#circuits.size >= MAX_CIRCUITS) {
      const [oldest = ''] = this.#circuits.keys();
      this.#circuits.delete(oldest);
    }
    const circuit: Circuit = { failures: 0, openUntilMs: undefined, isTrying: false };
    this.#circuits.set(keyOf(target), circuit);
    return circuit;
  }
}

function keyOf({ provider, model }: Target): string {
  return `${provider.id}/${model}`;
}
