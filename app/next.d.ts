// The types of CSS modules, also before Next has written its own next-env.d.ts.
/// <reference types="next" />
