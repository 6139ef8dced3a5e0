/** A refusal of Intuit's gateway: lower-case envelope, epoch milliseconds (quickbooks.md §1.6). */
export interface GatewayFault {
  status: number;
  code: string;
  message: string;
  detail: string;
  type: string;
}

export const UNAUTHENTICATED = (detail: string): GatewayFault => ({
  status: 401,
  code: '3200',
  message: 'message=AuthenticationFailed; errorCode=003200; statusCode=401',
  detail,
  type: 'AUTHENTICATION',
});

export const WRONG_COMPANY: GatewayFault = {
  status: 403,
  code: '3100',
  message: 'message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403',
  detail: '',
  type: 'SERVICE',
};

export const THROTTLED: GatewayFault = {
  status: 429,
  code: '3001',
  message: 'message=ThrottleExceeded; errorCode=003001; statusCode=429',
  detail: 'The request limit was reached.  Try again later',
  type: 'SERVICE',
};

export function gatewayFaultBody(fault: GatewayFault, nowMs: number): string {
  return JSON.stringify({
    warnings: null,
    intuitObject: null,
    fault: {
      error: [{ message: fault.message, detail: fault.detail, code: fault.code, element: null }],
      type: fault.type,
    },
    report: null,
    queryResponse: null,
    batchItemResponse: [],
    attachableResponse: [],
    syncErrorResponse: null,
    requestId: null,
    time: nowMs,
    status: null,
    cdcresponse: [],
  });
}

/** The capitalised form of the same, also seen in the wild, with the code's zeros (quickbooks.md §1.6). */
export function capitalisedFaultBody(fault: GatewayFault, time: string): string {
  const error = { Message: fault.message, Detail: fault.detail, code: fault.code.padStart(6, '0') };
  return JSON.stringify({ Fault: { Error: [error], type: fault.type }, time });
}
