/** The dialects that the fake upstream speaks. It knows their wire by itself, not from the product. */
export type FakeDialect = 'anthropic-messages' | 'openai-chat';
