/**
 * The dialects that the fake upstream supports. It implements them independently of the product.
 */
export type FakeDialect = 'anthropic-messages' | 'openai-chat' | 'openai-responses';
