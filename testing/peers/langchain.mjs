import { ChatAnthropic } from '@langchain/anthropic';
import { HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';

/*
 * LangChain as a client of a gateway. TypeScript doesn't check this file, because the packages are
 * installed only on demand; the suite that calls it describes its arguments and its result.
 */

const chatOpenAI = ({ url, key, model }, fields) =>
  new ChatOpenAI({
    model,
    apiKey: key,
    maxRetries: 0,
    maxTokens: 4096,
    configuration: { baseURL: `${url}/v1` },
    ...fields,
  });

const CLIENTS = {
  ChatAnthropic: ({ url, key, model }) =>
    new ChatAnthropic({
      model,
      apiKey: key,
      anthropicApiUrl: url,
      maxRetries: 0,
      maxTokens: 4096,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    }),
  ChatOpenAI: (options) => chatOpenAI(options, { useResponsesApi: false }),
  'ChatOpenAI with Responses': (options) =>
    chatOpenAI(options, { useResponsesApi: true, zdrEnabled: true }),
};

/** Runs a conversation until the model calls no more tools. Returns what the client accumulated in each step. */
export async function converse(options) {
  const { client, streamed, question, tools, maxSteps } = options;
  const model = CLIENTS[client](options).bindTools(
    tools.map(({ name, description, schema }) => ({
      type: 'function',
      function: { name, description, parameters: schema },
    })),
  );
  const messages = [
    new SystemMessage(question.system),
    new HumanMessage({
      content: [
        { type: 'text', text: question.text },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${question.png}` } },
      ],
    }),
  ];
  const steps = [];
  for (let count = 0; count < maxSteps; count += 1) {
    const answer = streamed ? await gathered(model, messages) : await model.invoke(messages);
    steps.push(stepOf(answer));
    if (answer.tool_calls.length === 0) break;
    messages.push(answer);
    for (const { id, name } of answer.tool_calls) {
      const { result } = tools.find((tool) => tool.name === name);
      messages.push(new ToolMessage({ tool_call_id: id, name, content: result }));
    }
  }
  return steps;
}

async function gathered(model, messages) {
  let whole;
  for await (const chunk of await model.stream(messages)) {
    whole = whole === undefined ? chunk : whole.concat(chunk);
  }
  return whole;
}

function stepOf(answer) {
  const { response_metadata: metadata, usage_metadata: usage } = answer;
  return {
    text: answer.text,
    thinking: answer.contentBlocks
      .map((block) => (block.type === 'reasoning' ? block.reasoning : ''))
      .join(''),
    calls: answer.tool_calls.map(({ name, args }) => ({ name, input: args })),
    stop:
      metadata.finish_reason ??
      answer.additional_kwargs.stop_reason ??
      metadata.stop_reason ??
      metadata.status,
    input: usage?.input_tokens,
    output: usage?.output_tokens,
  };
}
