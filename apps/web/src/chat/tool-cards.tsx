import { CornerDownRight, TriangleAlert, Wrench } from 'lucide-react';
import { parseJson } from '@postern/kernel';
import type { ToolCallPart, ToolResultPart } from '@postern/protocol';
import { Fragment, type ReactElement } from 'react';
import { CodeBlock } from '../markdown/code-block.tsx';

/** A tool call and its arguments. */
export function ToolCall(props: {
  readonly part: ToolCallPart;
  readonly growing: boolean;
}): ReactElement {
  const { part, growing } = props;
  const { name, inputJson } = part;
  return (
    <details className="tool-card">
      <summary>
        <Wrench aria-hidden="true" size={15} />
        <span className="tool-name">{name}</span>
        <span className="tool-kind">{growing ? 'writing arguments…' : 'tool call'}</span>
        <code className="tool-preview">{inputJson.slice(0, 120)}</code>
      </summary>
      <CodeBlock
        code={growing ? inputJson : indentJson(inputJson)}
        language="json"
        growing={growing}
      />
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
    <details className="tool-card" data-error={part.isError}>
      <summary>
        <Icon aria-hidden="true" size={15} />
        <span className="tool-name">{part.isError ? 'Tool failed' : 'Tool result'}</span>
        <span className="tool-kind">{previewOf(part)}</span>
      </summary>
      <div className="tool-content">
        {part.content.length === 0 && <p className="quiet">The tool returned nothing.</p>}
        {part.content.map((inner, index) =>
          inner.kind === 'text' ? (
            <CodeBlock key={index} code={inner.text} language="" />
          ) : (
            <Fragment key={index}>{renderPart(inner)}</Fragment>
          ),
        )}
      </div>
    </details>
  );
}

function previewOf(part: ToolResultPart): string {
  const text = part.content.find((inner) => inner.kind === 'text')?.text ?? '';
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** Indents JSON; leaves other text as the model wrote it. */
function indentJson(json: string): string {
  const parsed = parseJson(json);
  return parsed.ok ? JSON.stringify(parsed.value, null, 2) : json;
}
