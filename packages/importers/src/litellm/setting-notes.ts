import type { SettingNotes } from './section.ts';

const CHANGES_NO_REQUEST = ['not-mapped', 'Postern adds no parameters to requests.'] as const;
const NOT_PER_MODEL = [
  'not-mapped',
  'Postern has this for the whole gateway, not for one model.',
] as const;
const CLOUD_LOGIN = [
  'not-mapped',
  'Postern sends API keys only, and has no logins of clouds.',
] as const;
const PRICE = [
  'not-mapped',
  'Write the price into the file that gateway.prices names (docs/gateway.md, "Prices").',
] as const;
const DESCRIPTION = ['not-needed', 'Postern needs no description of the model.'] as const;
const CACHE = ['not-mapped', 'Postern has no cache of responses.'] as const;
const CALLBACK = [
  'not-mapped',
  'Postern calls no logging services. It has metrics, a log and the audit log.',
] as const;
const DATABASE = ['not-needed', 'Postern keeps its data in encrypted files of its own.'] as const;

/** `litellm_params` of a model. */
export const MODEL_NOTES: SettingNotes = {
  api_version: ['not-needed', "Postern calls Azure's v1 API, which has no versions."],
  temperature: CHANGES_NO_REQUEST,
  top_p: CHANGES_NO_REQUEST,
  max_tokens: CHANGES_NO_REQUEST,
  max_completion_tokens: CHANGES_NO_REQUEST,
  seed: CHANGES_NO_REQUEST,
  stop: CHANGES_NO_REQUEST,
  thinking: CHANGES_NO_REQUEST,
  reasoning_effort: CHANGES_NO_REQUEST,
  extra_body: CHANGES_NO_REQUEST,
  extra_headers: ['not-mapped', 'Postern adds no headers to requests.'],
  organization: ['not-mapped', 'Postern adds no headers to requests.'],
  drop_params: ['not-needed', 'Postern drops what a provider has no field for, with a warning.'],
  timeout: NOT_PER_MODEL,
  stream_timeout: NOT_PER_MODEL,
  max_retries: NOT_PER_MODEL,
  num_retries: NOT_PER_MODEL,
  cooldown_time: NOT_PER_MODEL,
  max_parallel_requests: NOT_PER_MODEL,
  input_cost_per_token: PRICE,
  output_cost_per_token: PRICE,
  aws_access_key_id: CLOUD_LOGIN,
  aws_secret_access_key: CLOUD_LOGIN,
  aws_session_token: CLOUD_LOGIN,
  aws_region_name: CLOUD_LOGIN,
  aws_role_name: CLOUD_LOGIN,
  vertex_project: CLOUD_LOGIN,
  vertex_location: CLOUD_LOGIN,
  vertex_credentials: CLOUD_LOGIN,
  azure_ad_token: CLOUD_LOGIN,
  tenant_id: CLOUD_LOGIN,
  client_id: CLOUD_LOGIN,
  client_secret: CLOUD_LOGIN,
  tags: ['not-mapped', "Postern doesn't choose targets by tags."],
};

/** `model_info` of a model. */
export const INFO_NOTES: SettingNotes = {
  id: DESCRIPTION,
  base_model: ['not-mapped', 'Postern takes the price of the model that it calls.'],
  max_tokens: DESCRIPTION,
  max_output_tokens: DESCRIPTION,
  supports_function_calling: DESCRIPTION,
  supports_parallel_function_calling: DESCRIPTION,
  supports_vision: DESCRIPTION,
  supports_reasoning: DESCRIPTION,
  supports_prompt_caching: DESCRIPTION,
  supports_response_schema: DESCRIPTION,
  supports_system_messages: DESCRIPTION,
  input_cost_per_token: PRICE,
  output_cost_per_token: PRICE,
};

/** `router_settings`. */
export const ROUTER_NOTES: SettingNotes = {
  context_window_fallbacks: ['not-mapped', 'Postern has one list of targets for every failure.'],
  content_policy_fallbacks: ['not-mapped', 'A refusal of a provider goes to the client.'],
  retry_policy: ['not-mapped', 'The failure decides whether Postern retries (docs/gateway.md).'],
  allowed_fails_policy: ['not-mapped', 'Only failures of the provider count (docs/gateway.md).'],
  enable_pre_call_checks: ['not-mapped', "Postern doesn't check the length of a prompt."],
  disable_cooldowns: ['not-mapped', 'The circuit breaker is always on.'],
  enable_tag_filtering: ['not-mapped', "Postern doesn't choose targets by tags."],
  redis_host: DATABASE,
  redis_port: DATABASE,
  redis_password: DATABASE,
  redis_url: DATABASE,
  set_verbose: ['not-mapped', 'Set log.level instead.'],
};

/** `litellm_settings`. */
export const LIBRARY_NOTES: SettingNotes = {
  drop_params: ['not-needed', 'Postern drops what a provider has no field for, with a warning.'],
  modify_params: ['not-needed', 'Postern changes what a provider refuses, with a warning.'],
  context_window_fallbacks: ['not-mapped', 'Postern has one list of targets for every failure.'],
  content_policy_fallbacks: ['not-mapped', 'A refusal of a provider goes to the client.'],
  cache: CACHE,
  cache_params: CACHE,
  success_callback: CALLBACK,
  failure_callback: CALLBACK,
  callbacks: CALLBACK,
  service_callback: CALLBACK,
  service_callbacks: CALLBACK,
  turn_off_message_logging: ['not-needed', 'Postern never logs message content.'],
  redact_user_api_key_info: ['not-needed', 'Postern never logs keys.'],
  max_budget: ['not-mapped', 'A budget belongs to a key: postern key create NAME --budget 5/day.'],
  budget_duration: ['not-mapped', 'A budget belongs to a key.'],
  set_verbose: ['not-mapped', 'Set log.level instead.'],
  json_logs: ['not-mapped', 'Set log.format to "json" instead.'],
  telemetry: ['not-needed', 'Postern has no telemetry.'],
};

/** `general_settings`. */
export const GENERAL_NOTES: SettingNotes = {
  master_key: [
    'not-mapped',
    'Postern has no key for everything. Give each client its own: postern key create NAME --all-models.',
  ],
  database_url: [
    'not-mapped',
    "Export its keys with LiteLLM's /key/list?return_full_object=true, and name the file with --keys.",
  ],
  store_model_in_db: ['not-mapped', 'Models in the database of LiteLLM are not in this file.'],
  alerting: ['not-mapped', 'Postern sends no alerts.'],
  max_parallel_requests: ['not-mapped', 'Set --concurrent of each key instead.'],
  background_health_checks: ['not-needed', 'The circuit breaker finds providers that fail.'],
  health_check_interval: ['not-needed', 'The circuit breaker finds providers that fail.'],
  disable_spend_logs: ['not-needed', 'Postern records counts and costs only.'],
  enforce_user_param: ['not-mapped', 'Give each user a key of their own instead.'],
  custom_auth: ['not-mapped', 'Clients of Postern have keys.'],
};

/** Parts of the file beside these. */
export const FILE_NOTES: SettingNotes = {
  include: ['not-mapped', 'Run the command for each of these files too.'],
  guardrails: ['not-mapped', 'Postern has no guardrails.'],
  mcp_servers: ['not-mapped', 'Postern has no proxy for MCP.'],
  callback_settings: CALLBACK,
};
