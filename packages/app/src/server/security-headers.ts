const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

/**
 * The policy of the page, which may have a frame for each diagram, from one address. Without a scheme
 * that is the page's own, so a page over TLS allows no frame without it.
 */
export function pagePolicy(frameUrl: URL): string {
  return [...POLICY, `frame-src ${frameUrl.host}${frameUrl.pathname}`].join('; ');
}

/**
 * Sent with every response of the app and the page. The policy allows only the page's own files: no
 * inline script or style, no remote image, no frame, no form target.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY.join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), browsing-topics=()',
  'cache-control': 'no-store',
};
