import { t } from '@lingui/core/macro';
import { Brain, File as FileIcon, ImageIcon, ShieldOff } from 'lucide-react';
import type {
  FilePart,
  ImagePart,
  MediaSource,
  MessagePart,
  TextPart,
  ThinkingPart,
} from '@postern/protocol';
import { memo, type ReactElement } from 'react';
import { CodeBlock } from '../markdown/code-block.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { ImageLink } from '../markdown/safe-link.tsx';
import { TypedText } from '../markdown/typed-text.tsx';
import { Sources } from './sources.tsx';
import { ToolCall, ToolResult } from './tool-cards.tsx';

/** Shows one part of a message. Unknown kinds appear as JSON, so that nothing is hidden. */
export const PartView = memo(function PartView(props: {
  readonly part: MessagePart;
  readonly growing: boolean;
  /** A person typed the text, so it isn’t Markdown. */
  readonly typed?: boolean;
  readonly words?: readonly string[];
}): ReactElement {
  const { part, growing, typed, words } = props;
  switch (part.kind) {
    case 'text':
      return typed === true ? (
        <TypedText text={part.text} words={words} />
      ) : (
        <Text part={part} growing={growing} />
      );
    case 'thinking':
      return <Thinking part={part} growing={growing} />;
    case 'redacted-thinking':
      return (
        <p className="part-note">
          <Brain aria-hidden="true" size={15} />
          {t`Encrypted reasoning that only the provider can read.`}
        </p>
      );
    case 'tool-call':
      return <ToolCall part={part} growing={growing} />;
    case 'tool-result':
      return (
        <ToolResult part={part} renderPart={(inner) => <PartView part={inner} growing={false} />} />
      );
    case 'refusal':
      return (
        <div className="refusal">
          <ShieldOff aria-hidden="true" size={16} />
          <div>
            <strong>{t`The model declined to answer.`}</strong>
            <Markdown text={part.text} growing={growing} />
          </div>
        </div>
      );
    case 'opaque':
      return <Opaque dialect={part.dialect} value={part.value} />;
    case 'image':
      return <Image part={part} />;
    case 'file':
      return <File part={part} />;
    case 'attachment':
      return (
        <p className="part-note">
          <FileIcon aria-hidden="true" size={15} />
          {part.name}
        </p>
      );
  }
});

function Text(props: { readonly part: TextPart; readonly growing: boolean }): ReactElement {
  const { part, growing } = props;
  const { text, annotations = [] } = part;
  return (
    <>
      <Markdown text={text} growing={growing} />
      {annotations.length > 0 && <Sources annotations={annotations} />}
    </>
  );
}

function Thinking(props: {
  readonly part: ThinkingPart;
  readonly growing: boolean;
}): ReactElement | null {
  const { text, durationMs } = props.part;
  // Its time comes with its end, also if nothing follows yet.
  const growing = props.growing && durationMs === undefined;
  const label = growing ? t`Thinking…` : thoughtLabel(durationMs);
  if (text === '' && !growing) {
    if (durationMs === undefined) return null;
    return (
      <p className="part-note">
        <Brain aria-hidden="true" size={15} />
        {label}
      </p>
    );
  }
  return (
    <details className="thinking" data-growing={growing}>
      <summary>
        <Brain aria-hidden="true" size={15} />
        {label}
      </summary>
      <div className="thinking-text">
        <Markdown text={text} growing={growing} />
      </div>
    </details>
  );
}

function thoughtLabel(durationMs: number | undefined): string {
  if (durationMs === undefined) return t`Thinking`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 1) return t`Thought for less than 1 s`;
  if (seconds < 60) return t`Thought for ${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return t`Thought for ${minutes} min ${rest} s`;
}

function Opaque(props: { readonly dialect: string; readonly value: unknown }): ReactElement {
  const { dialect, value } = props;
  const type = typeOf(value);
  return (
    <details className="tool-card">
      <summary>
        <FileIcon aria-hidden="true" size={15} />
        <span className="tool-name">{type ?? t`Unknown block`}</span>
        <span className="tool-kind">{t`as sent by ${dialect}`}</span>
      </summary>
      <CodeBlock code={JSON.stringify(value, null, 2)} language="json" />
    </details>
  );
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return typeof value.type === 'string' ? value.type : undefined;
}

/** Image types that can’t contain scripts. */
const SAFE_IMAGES = /^image\/(?:png|jpeg|gif|webp|avif)$/;

function Image({ part }: { readonly part: ImagePart }): ReactElement {
  const { source } = part;
  if (source.kind === 'base64' && SAFE_IMAGES.test(source.mediaType)) {
    return (
      <img
        className="part-image"
        src={`data:${source.mediaType};base64,${source.data}`}
        alt={t`Attached to this message`}
      />
    );
  }
  if (source.kind === 'url') return <ImageLink src={source.url} alt={t`Image`} />;
  return (
    <p className="part-note">
      <ImageIcon aria-hidden="true" size={15} />
      {t`Image`} ({describeSource(source)})
    </p>
  );
}

function File({ part }: { readonly part: FilePart }): ReactElement {
  return (
    <p className="part-note">
      <FileIcon aria-hidden="true" size={15} />
      {part.name ?? t`File`} ({describeSource(part.source)})
    </p>
  );
}

function describeSource(source: MediaSource): string {
  switch (source.kind) {
    case 'base64':
      return source.mediaType;
    case 'url':
      return source.url;
    case 'provider-file':
      return t`stored by the provider as ${{ id: source.fileId }}`;
  }
}
