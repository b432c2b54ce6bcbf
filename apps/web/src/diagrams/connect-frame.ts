import {
  parseFrameMessage,
  type DiagramLook,
  type FrameMessage,
  type FrameRequest,
} from './diagram-messages.ts';

/** Of a busy machine: the document is 3 MB of script. */
const LOAD_MS = 20_000;
const DRAW_MS = 10_000;

/** What became of a request to draw. */
export type Outcome =
  | { readonly at: 'drawn'; readonly width: number; readonly height: number }
  | { readonly at: 'failed'; readonly isTooLarge: boolean; readonly why: string }
  /** It neither drew nor failed in time, and has to be removed. */
  | { readonly at: 'hanging' };

export interface FrameConnection {
  /** Draws it now, or when the frame has loaded. */
  readonly draw: (source: string, look: DiagramLook) => void;
  /** Returns a PNG file of what was drawn; undefined if that fails. */
  readonly takePicture: () => Promise<ArrayBuffer | undefined>;
  readonly close: () => void;
}

/** Connects the page to the frame of a diagram. Only messages of this frame that were asked for count. */
export function connectFrame(
  frame: HTMLIFrameElement,
  onOutcome: (outcome: Outcome) => void,
): FrameConnection {
  let isReady = false;
  let wanted: FrameRequest | undefined;
  const picture = createPictureRequest(() => {
    send({ kind: 'picture' });
  });
  const deadline = createDeadline(() => {
    onOutcome({ at: 'hanging' });
  });
  const send = (request: FrameRequest): void => {
    // The frame has an origin that no address names.
    frame.contentWindow?.postMessage(request, '*');
  };
  const drawWanted = (): void => {
    if (!isReady || wanted === undefined) return;
    picture.setDrawn(false);
    deadline.set(DRAW_MS);
    send(wanted);
  };
  const receive = (message: FrameMessage): void => {
    if (message.kind === 'ready') {
      isReady = true;
      drawWanted();
    } else if (message.kind === 'picture') {
      picture.finish(message.png);
    } else if (deadline.isSet()) {
      deadline.clear();
      onOutcome(outcomeOf(message));
      picture.setDrawn(message.kind === 'drawn');
    } else {
      picture.finish(undefined);
    }
  };
  const listen = (event: MessageEvent<unknown>): void => {
    if (event.source === null || event.source !== frame.contentWindow) return;
    const message = parseFrameMessage(event.data);
    if (message !== undefined) receive(message);
  };
  addEventListener('message', listen);
  deadline.set(LOAD_MS);
  return {
    draw: (source, look) => {
      wanted = { kind: 'draw', source, look };
      drawWanted();
    },
    takePicture: picture.take,
    close: () => {
      deadline.clear();
      removeEventListener('message', listen);
    },
  };
}

function outcomeOf(message: Extract<FrameMessage, { readonly kind: 'drawn' | 'failed' }>): Outcome {
  if (message.kind === 'drawn') {
    return { at: 'drawn', width: message.width, height: message.height };
  }
  return { at: 'failed', isTooLarge: message.isTooLarge, why: message.why };
}

interface PictureRequest {
  readonly take: FrameConnection['takePicture'];
  readonly setDrawn: (isDrawn: boolean) => void;
  readonly finish: (png: ArrayBuffer | undefined) => void;
}

/** A frame that has just come into view again has to draw before it can be asked for a picture. */
function createPictureRequest(send: () => void): PictureRequest {
  let isDrawn = false;
  let finish: ((png: ArrayBuffer | undefined) => void) | undefined;
  return {
    take: async () => {
      const { promise, resolve } = Promise.withResolvers<ArrayBuffer | undefined>();
      finish = resolve;
      setTimeout(resolve, DRAW_MS, undefined);
      if (isDrawn) send();
      return await promise;
    },
    setDrawn: (now) => {
      isDrawn = now;
      if (isDrawn && finish !== undefined) send();
    },
    finish: (png) => {
      finish?.(png);
      finish = undefined;
    },
  };
}

interface Deadline {
  readonly set: (ms: number) => void;
  readonly isSet: () => boolean;
  readonly clear: () => void;
}

function createDeadline(onPassed: () => void): Deadline {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clear = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    set: (ms) => {
      clear();
      timer = setTimeout(() => {
        timer = undefined;
        onPassed();
      }, ms);
    },
    isSet: () => timer !== undefined,
    clear,
  };
}
