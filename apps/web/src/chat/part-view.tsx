import { Brain, File as FileIcon, ImageIcon, ShieldOff } from 'lucide-react';
import type { FilePart, ImagePart, MediaSource, Part } from '@postern/protocol';
import { memo, type ReactElement } from 'react';
import { CodeBlock } from '../markdown/code-block.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { ImageLink } from '../markdown/safe-link.tsx';
import { Sources } from './sources.tsx';
import { ToolCall, ToolResult } from './tool-cards.tsx';

/** One part of a message, whatever its kind: nothing that a provider sent is left out. */
export const PartView = memo(function PartView(props: {
  readonly part: Part;
  readonly growing: boolean;
}): ReactElement {
  const { part, growing } = props;
  switch (part.kind) {
    case 'text':
      return (
        <>
          <Markdown text={part.text} growing={growing} />
          {part.annotations !== undefined && part.annotations.length > 0 && (
            <Sources annotations={part.annotations} />
          )}
        </>
      );
    case 'thinking':
      return <Thinking text={part.text} growing={growing} />;
    case 'redacted-thinking':
      return (
        <p className="part-note">
          <Brain aria-hidden="true" size={15} />
          Reasoning that the provider keeps encrypted.
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
            <strong>The model declined.</strong>
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
  }
});

function Thinking(props: {
  readonly text: string;
  readonly growing: boolean;
}): ReactElement | null {
  const { text, growing } = props;
  if (text === '' && !growing) return null;
  return (
    <details className="thinking" data-growing={growing}>
      <summary>
        <Brain aria-hidden="true" size={15} />
        {growing ? 'Thinking…' : 'Thinking'}
      </summary>
      <div className="thinking-text">
        <Markdown text={text} growing={growing} />
      </div>
    </details>
  );
}

function Opaque(props: { readonly dialect: string; readonly value: unknown }): ReactElement {
  const { dialect, value } = props;
  const type = typeOf(value);
  return (
    <details className="tool-card">
      <summary>
        <FileIcon aria-hidden="true" size={15} />
        <span className="tool-name">{type ?? 'Unknown block'}</span>
        <span className="tool-kind">kept as {dialect} sent it</span>
      </summary>
      <CodeBlock code={JSON.stringify(value, null, 2)} language="json" />
    </details>
  );
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return typeof value.type === 'string' ? value.type : undefined;
}

/** Pictures that a browser shows without running anything in them. */
const PICTURES = /^image\/(?:png|jpeg|gif|webp|avif)$/;

function Image({ part }: { readonly part: ImagePart }): ReactElement {
  const { source } = part;
  if (source.kind === 'base64' && PICTURES.test(source.mediaType)) {
    return (
      <img
        className="part-image"
        src={`data:${source.mediaType};base64,${source.data}`}
        alt="Part of this message"
      />
    );
  }
  if (source.kind === 'url') return <ImageLink src={source.url} alt="Image" />;
  return (
    <p className="part-note">
      <ImageIcon aria-hidden="true" size={15} />
      Image ({wordsOf(source)})
    </p>
  );
}

function File({ part }: { readonly part: FilePart }): ReactElement {
  return (
    <p className="part-note">
      <FileIcon aria-hidden="true" size={15} />
      {part.name ?? 'File'} ({wordsOf(part.source)})
    </p>
  );
}

function wordsOf(source: MediaSource): string {
  switch (source.kind) {
    case 'base64':
      return source.mediaType;
    case 'url':
      return source.url;
    case 'provider-file':
      return `kept by the provider as ${source.fileId}`;
  }
}
