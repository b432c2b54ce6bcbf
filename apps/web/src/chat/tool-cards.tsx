import { t } from '@lingui/core/macro';
import { CornerDownRight, TriangleAlert, Wrench } from 'lucide-react';
import { parseJson } from '@postern/kernel';
import type { ToolCallPart, ToolResultPart } from '@postern/protocol';
import { Fragment, type ReactElement } from 'react';
import { CodeBlock } from '../markdown/code-block.tsx';

const MAX_SHORT_LENGTH = 600;
const MAX_SHORT_LINES = 10;

/** A tool call and its arguments. */
export function ToolCall(props: {
  readonly part: ToolCallPart;
  readonly growing: boolean;
}): ReactElement {
  const { part, growing } = props;
  const { name, inputJson } = part;
  const json = growing ? inputJson : indentJson(inputJson);
  return (
    <details className="tool-card" open={!growing && isShort(json)}>
      <summary>
        <Wrench aria-hidden="true" size={15} />
        <span className="tool-name">{name}</span>
        <span className="tool-kind">{growing ? t`writing arguments…` : t`tool call`}</span>
        <code className="tool-preview">{inputJson.slice(0, 120)}</code>
      </summary>
      <CodeBlock code={json} language="json" growing={growing} />
    </details>
  );
}

/** The result of a tool call. */
export function ToolResult(props: {
  readonly part: ToolResultPart;
  /** Renders parts other than text. */
  readonly renderPart: (part: ToolResultPart['content'][number]) => ReactElement;
}): ReactElement {
  const { part, renderPart } = props;
  const Icon = part.isError ? TriangleAlert : CornerDownRight;
  return (
    <details className="tool-card" data-error={part.isError} open={isShort(textOf(part))}>
      <summary>
        <Icon aria-hidden="true" size={15} />
        <span className="tool-name">{part.isError ? t`Tool failed` : t`Tool result`}</span>
        <span className="tool-kind">{previewOf(part)}</span>
      </summary>
      <div className="tool-content">
        {part.content.length === 0 && <p className="quiet">{t`The tool returned nothing.`}</p>}
        {part.content.map((inner, index) =>
          inner.kind === 'text' ? (
            <ResultText key={index} text={inner.text} />
          ) : (
            <Fragment key={index}>{renderPart(inner)}</Fragment>
          ),
        )}
      </div>
    </details>
  );
}

/** JSON is indented, as the arguments are. */
function ResultText({ text }: { readonly text: string }): ReactElement {
  const isJson = /^\s*[[{]/.test(text) && parseJson(text).ok;
  return <CodeBlock code={isJson ? indentJson(text) : text} language={isJson ? 'json' : ''} />;
}

function previewOf(part: ToolResultPart): string {
  const line = textOf(part).trim().split('\n', 1)[0] ?? '';
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

function textOf(part: ToolResultPart): string {
  return part.content.find((inner) => inner.kind === 'text')?.text ?? '';
}

/** Whether it is shown at once. */
function isShort(text: string): boolean {
  return text.length <= MAX_SHORT_LENGTH && text.split('\n').length <= MAX_SHORT_LINES;
}

/** Indents JSON; leaves other text as the model wrote it. */
function indentJson(json: string): string {
  const parsed = parseJson(json);
  return parsed.ok ? JSON.stringify(parsed.value, null, 2) : json;
}
