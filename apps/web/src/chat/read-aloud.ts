import type { MessageId } from '@postern/protocol';
import { createStore } from '../state/store.ts';
import { speakableText } from './speakable-text.ts';

/** The answer that is being read aloud. */
export const readAloud = createStore<MessageId | undefined>(undefined);

/**
 * The voices of this machine. Other voices would send the text to a server, so they are never used, and
 * without a local one nothing is read.
 */
export const localVoices = createStore<readonly SpeechSynthesisVoice[]>([]);

/** Some browsers lack it. */
const speech: SpeechSynthesis | undefined =
  typeof speechSynthesis === 'undefined' ? undefined : speechSynthesis;

function findVoices(): void {
  localVoices.set((speech?.getVoices() ?? []).filter(({ localService }) => localService));
}

findVoices();
speech?.addEventListener('voiceschanged', findVoices);

/** Reads a text aloud instead of what is being read. */
export function startReading(id: MessageId, markdown: string): void {
  stopReading();
  const voice = voiceFor(localVoices.get(), navigator.language);
  const pieces = speakableText(markdown);
  if (speech === undefined || voice === undefined || pieces.length === 0) return;
  readAloud.set(id);
  pieces.forEach((text, at) => {
    const piece = new SpeechSynthesisUtterance(text);
    piece.voice = voice;
    piece.lang = voice.lang;
    const ended = (): void => {
      if (readAloud.get() === id) readAloud.set(undefined);
    };
    if (at === pieces.length - 1) piece.onend = ended;
    piece.onerror = ended;
    speech.speak(piece);
  });
}

export function stopReading(): void {
  readAloud.set(undefined);
  speech?.cancel();
}

/** The default voice of the language, else one of that language, else the default voice. */
function voiceFor(
  voices: readonly SpeechSynthesisVoice[],
  language: string,
): SpeechSynthesisVoice | undefined {
  const [wanted] = language.toLowerCase().split('-');
  const same = voices.filter(({ lang }) => lang.toLowerCase().split(/[-_]/)[0] === wanted);
  return (
    same.find((voice) => voice.default) ??
    same[0] ??
    voices.find((voice) => voice.default) ??
    voices[0]
  );
}
