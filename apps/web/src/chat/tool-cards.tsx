import { CornerDownRight, TriangleAlert, Wrench } from 'lucide-react';
import { parseJson } from '@postern/kernel';
import type { ToolCallPart, ToolResultPart } from '@postern/protocol';
import { Fragment, type ReactElement } from 'react';
import { CodeBlock } from '../markdown/code-block.tsx';

/** A tool that the model wants to use, with what it hands over. */
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
        <span className="tool-kind">{growing ? 'writing the arguments' : 'tool call'}</span>
        <code className="tool-glance">{inputJson.slice(0, 120)}</code>
      </summary>
      <CodeBlock
        code={growing ? inputJson : laidOut(inputJson)}
        language="json"
        growing={growing}
      />
    </details>
  );
}

/** What a tool gave back. */
export function ToolResult(props: {
  readonly part: ToolResultPart;
  /** Shows what is not plain text. */
  readonly renderPart: (part: ToolResultPart['content'][number]) => ReactElement;
}): ReactElement {
  const { part, renderPart } = props;
  const Icon = part.isError ? TriangleAlert : CornerDownRight;
  return (
    <details className="tool-card" data-error={part.isError}>
      <summary>
        <Icon aria-hidden="true" size={15} />
        <span className="tool-name">{part.isError ? 'Tool failed' : 'Tool result'}</span>
        <span className="tool-kind">{glance(part)}</span>
      </summary>
      <div className="tool-content">
        {part.content.length === 0 && <p className="quiet">It gave nothing back.</p>}
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

function glance(part: ToolResultPart): string {
  const text = part.content.find((inner) => inner.kind === 'text')?.text ?? '';
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** JSON on several lines; what is not JSON stays as the model wrote it. */
function laidOut(json: string): string {
  const parsed = parseJson(json);
  return parsed.ok ? JSON.stringify(parsed.value, null, 2) : json;
}
