import type { JsonValue } from '@postern/kernel';
import { BookOpen } from 'lucide-react';
import type { ReactElement } from 'react';
import { CodeBlock } from '../markdown/code-block.tsx';
import { SafeLink } from '../markdown/safe-link.tsx';
import { citationsOf } from './citations.ts';

/** The sources of a text as its model named them, and all that was said of them. */
export function Sources(props: { readonly annotations: readonly JsonValue[] }): ReactElement {
  const { annotations } = props;
  const citations = citationsOf(annotations);
  const count = citations.length === 0 ? annotations.length : citations.length;
  return (
    <details className="tool-card">
      <summary>
        <BookOpen aria-hidden="true" size={15} />
        {count === 1 ? '1 source' : `${count} sources`}
      </summary>
      {citations.length > 0 && (
        <ol className="sources">
          {citations.map(({ words, url }) => (
            <li key={`${url ?? ''} ${words}`}>
              {url === undefined ? words : <SafeLink href={url}>{words}</SafeLink>}
            </li>
          ))}
        </ol>
      )}
      <CodeBlock code={JSON.stringify(annotations, null, 2)} language="json" />
    </details>
  );
}
