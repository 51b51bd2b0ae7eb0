// Generated from openapi/openapi.json: npm run generate
export interface paths {
    "/upload-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Create a URL to upload one file to
         * @description Everything declared is signed, so that S3 refuses anything else, and the URL works once. With nothing declared, the URL binds the key alone: `curl -T talk.mp3 "$url"`.
         */
        get: operations["createUploadUrl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/generate-presigned-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Create a URL to upload one file to
         * @description Everything declared is signed, so that S3 refuses anything else, and the URL works once. With nothing declared, the URL binds the key alone: `curl -T talk.mp3 "$url"`.
         */
        get: operations["generatePresignedUrl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/upload-urls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create URLs to upload up to 100 files to
         * @description All or nothing: one file that is refused refuses the batch, and the message names its index.
         */
        post: operations["createUploadUrls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/upload-forms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a form to upload one file with
         * @description For HTML forms, and where the exact size is not known yet: the policy bounds it. Unlike a URL, a form can be posted again until it expires.
         */
        post: operations["createUploadForm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/multipart-uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your multipart uploads in progress
         * @description Those that are neither completed nor aborted, in pages, to continue after an interruption. A page may have fewer entries than `limit`; only without `nextCursor` it is the last. Offered where the option `listUploads` is on.
         */
        get: operations["listMultipartUploads"];
        put?: never;
        /**
         * Create a multipart upload
         * @description For recordings of hours. Divide the file into parts of `partSize`, request URLs as you go, PUT each part and keep its ETag, then complete. After an interruption, list the uploaded parts and continue from there.
         */
        post: operations["createMultipartUpload"];
        /**
         * Abort a multipart upload
         * @description Deletes the uploaded parts. Safe to repeat; a completed object stays.
         */
        delete: operations["abortMultipartUpload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/multipart-uploads/part-urls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create URLs to upload parts to
         * @description For up to 1000 parts. Request them shortly before sending: a part that is being sent when its URL expires still arrives. A part that is sent again replaces the earlier one.
         */
        post: operations["createPartUrls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/multipart-uploads/parts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the uploaded parts
         * @description All of them, in order. 404 once the upload is completed or aborted.
         */
        get: operations["listParts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/multipart-uploads/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete a multipart upload
         * @description Makes one object of the parts listed or, without `parts`, of those that have arrived, from part 1 to the first gap. Safe to repeat: the answer is the same. Parts that total more than was declared or is accepted abort the upload; with less, it can be continued.
         */
        post: operations["completeMultipartUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/upload-status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the status of an upload
         * @description Whether the object is there, as S3 has it. With `inspect`, its bytes are examined, and what is not audio, or not what was declared, or not what the service accepts, is `rejected`.
         */
        get: operations["getUploadStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/download-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Create a download URL
         * @description A presigned GET, for a player or a transcription service that fetches by URL. Whether there is an object, only the request to it tells.
         */
        get: operations["createDownloadUrl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim an upload
         * @description Keeps an upload that would expire otherwise, under the same key. Safe to repeat. One that has expired is not found. Served where the option `unclaimed` is given.
         */
        post: operations["claimUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your uploads
         * @description The objects that you have uploaded, in pages, in the order of their keys, which says nothing of time: S3 has no other. A page may have fewer entries than `limit`; only without `nextCursor` it is the last. Offered where the option `listUploads` is on.
         */
        get: operations["listUploads"];
        put?: never;
        post?: never;
        /**
         * Delete an upload
         * @description Deletes the object and its results, and aborts a multipart upload to it that is in progress. Safe to repeat. On a versioned bucket they are hidden, and their versions stay until a lifecycle rule removes them. A URL that has not expired can still upload to the key. Offered where the option `deleteUploads` is on.
         */
        delete: operations["deleteUpload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/result-urls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a URL to upload a result to
         * @description A presigned PUT beside a recording, for the transcription service: its result is stored with the type of its name, and may be replaced until the URL expires. Whether there is a recording is not looked at. Served where the option `results` is on.
         */
        post: operations["createResultUrl"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An error. */
        UploadError: {
            /**
             * @description The status of the response.
             * @example 400
             */
            statusCode: number;
            /**
             * @description What went wrong, for programs: stable across releases.
             * @example FST_UPLOAD_FIELD_REQUIRED
             */
            code: string;
            /**
             * @description Name of the status code.
             * @example Bad Request
             */
            error: string;
            /**
             * @description What went wrong and what to do about it, for people.
             * @example size is required: every upload must declare its exact size in bytes, at most 26214400
             */
            message: string;
        };
        /**
         * @description A file to upload. Everything declared here is signed, and so enforced by S3.
         * @example {
         *       "filename": "dictation.mp3",
         *       "contentType": "audio/mpeg"
         *     }
         */
        UploadFile: {
            /**
             * @description Original name of the file, in any script. Stored as metadata, never part of the key.
             * @example dictation.mp3
             */
            filename?: string;
            /**
             * @description Media type as the client knows it; aliases and parameters such as `;codecs=opus` are understood. `headers` in the response states the exact one to send.
             * @example audio/mpeg
             */
            contentType?: string;
            /** @description Exact size in bytes. */
            size?: number;
            /** @description SHA-256 of the bytes, in hex as `sha256sum` prints it, or in base64. */
            sha256?: string;
            /**
             * @description Metadata stored with the object, 2 KB in all after encoding. Names consist of lower-case letters, digits, `-` and `_`; values in any script are percent-encoded (RFC 3986).
             * @example {
             *       "language": "en",
             *       "speakers": "2"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
        };
        /** @description A presigned URL to PUT one object to. */
        UploadUrl: {
            /**
             * Format: uri
             * @description Where to PUT the bytes. Treat as a secret until it expires.
             * @example https://bucket.s3.eu-central-1.amazonaws.com/uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256
             */
            url: string;
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
             */
            key: string;
            /** @enum {string} */
            method: "PUT";
            /**
             * @description The headers to send, exactly these. Content-Length is signed too when a size was declared; every HTTP client sends it by itself.
             * @example {
             *       "content-type": "audio/mpeg",
             *       "if-none-match": "*"
             *     }
             */
            headers: {
                [key: string]: string;
            };
            /**
             * @description Seconds from now until it expires.
             * @example 900
             */
            expiresIn: number;
            /**
             * Format: date-time
             * @description When it expires.
             * @example 2026-01-01T12:15:00.000Z
             */
            expiresAt: string;
        };
        /**
         * @description Files to upload.
         * @example {
         *       "files": [
         *         {
         *           "filename": "one.mp3"
         *         },
         *         {
         *           "filename": "two.mp3"
         *         }
         *       ]
         *     }
         */
        UploadBatch: {
            /** @description The files, 1 to 100 of them. */
            files: components["schemas"]["UploadFile"][];
        };
        /** @description Presigned URLs to PUT objects to. */
        UploadUrls: {
            /** @description A URL for each file, in their order. */
            uploads: components["schemas"]["UploadUrl"][];
        };
        /**
         * @description A file to upload with a form.
         * @example {
         *       "filename": "dictation.mp3",
         *       "contentType": "audio/mpeg",
         *       "maxSize": 26214400
         *     }
         */
        FormFile: {
            /**
             * @description Original name of the file, in any script. Stored as metadata, never part of the key.
             * @example dictation.mp3
             */
            filename?: string;
            /**
             * @description Media type as the client knows it; aliases and parameters such as `;codecs=opus` are understood. `headers` in the response states the exact one to send.
             * @example audio/mpeg
             */
            contentType?: string;
            /** @description Exact size in bytes. */
            size?: number;
            /** @description SHA-256 of the bytes, in hex as `sha256sum` prints it, or in base64. */
            sha256?: string;
            /**
             * @description Metadata stored with the object, 2 KB in all after encoding. Names consist of lower-case letters, digits, `-` and `_`; values in any script are percent-encoded (RFC 3986).
             * @example {
             *       "language": "en",
             *       "speakers": "2"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description Largest size in bytes, where the exact one is not known yet. */
            maxSize?: number;
        };
        /** @description A presigned form to POST one object with. */
        UploadForm: {
            /**
             * Format: uri
             * @description Where to POST the form, as multipart/form-data. Treat as a secret until it expires.
             * @example https://bucket.s3.eu-central-1.amazonaws.com/uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256
             */
            url: string;
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
             */
            key: string;
            /** @enum {string} */
            method: "POST";
            /**
             * @description The fields to send, exactly these, before the field `file` with the bytes.
             * @example {
             *       "key": "uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3",
             *       "Content-Type": "audio/mpeg"
             *     }
             */
            fields: {
                [key: string]: string;
            };
            /**
             * @description Seconds from now until it expires.
             * @example 900
             */
            expiresIn: number;
            /**
             * Format: date-time
             * @description When it expires.
             * @example 2026-01-01T12:15:00.000Z
             */
            expiresAt: string;
        };
        /**
         * @description A file to upload in parts.
         * @example {
         *       "filename": "hearing.wav",
         *       "contentType": "audio/wav",
         *       "size": 15000000000
         *     }
         */
        MultipartFile: {
            /**
             * @description Original name of the file, in any script. Stored as metadata, never part of the key.
             * @example dictation.mp3
             */
            filename?: string;
            /**
             * @description Media type as the client knows it; aliases and parameters such as `;codecs=opus` are understood. `headers` in the response states the exact one to send.
             * @example audio/mpeg
             */
            contentType?: string;
            /**
             * @description Metadata stored with the object, 2 KB in all after encoding. Names consist of lower-case letters, digits, `-` and `_`; values in any script are percent-encoded (RFC 3986).
             * @example {
             *       "language": "en",
             *       "speakers": "2"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /** @description Exact size in bytes. It is enforced: every part URL takes a part of just the right size, and only the whole completes. Without it, and where the service has a limit, each part declares its size. */
            size?: number;
            /** @description Size in bytes of every part but the last, where the client has its own. Default: the service’s. */
            partSize?: number;
            /**
             * @description Every part has to declare a checksum of this kind, which S3 verifies.
             * @enum {string}
             */
            checksum?: "sha256";
            /** @description Whether this is a recording under way: should the client disappear, the service may complete it from the parts that have arrived. */
            recording?: boolean;
        };
        /** @description A multipart upload. */
        MultipartUpload: {
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav
             */
            key: string;
            /**
             * @description The upload id, as the response that created the upload gave it.
             * @example 2~Yb2FkIElEIGZvciBlbHZpbmc
             */
            uploadId: string;
            /**
             * @description Size in bytes of every part but the last.
             * @example 8388608
             */
            partSize: number;
            /**
             * @description Number of parts, where the size is declared.
             * @example 1789
             */
            partCount?: number;
            /**
             * Format: date-time
             * @description When the bucket’s lifecycle rules abort the upload, if it is not complete by then.
             * @example 2026-01-08T00:00:00.000Z
             */
            expiresAt?: string;
        };
        /** @description A page of multipart uploads in progress. */
        MultipartUploads: {
            /** @description The uploads of this page. */
            uploads: {
                /**
                 * @description The object key, as the response that created the upload gave it.
                 * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav
                 */
                key: string;
                /**
                 * @description The upload id, as the response that created the upload gave it.
                 * @example 2~Yb2FkIElEIGZvciBlbHZpbmc
                 */
                uploadId: string;
                /**
                 * Format: date-time
                 * @description When it was created.
                 * @example 2026-01-01T12:00:00.000Z
                 */
                startedAt: string;
                /**
                 * @description Size in bytes of every part but the last.
                 * @example 8388608
                 */
                partSize: number;
                /** @description Size in bytes, where it was declared. */
                size?: number;
                /** @description Whether it is a recording under way. */
                recording: boolean;
            }[];
            /** @description What to pass as `cursor` for the next page. Absent on the last page. */
            nextCursor?: string;
        };
        /**
         * @description The parts to upload next, at most 1000: `parts`, or `from` and `to`.
         * @example {
         *       "key": "uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav",
         *       "uploadId": "2~Yb2FkIElEIGZvciBlbHZpbmc",
         *       "from": 1,
         *       "to": 100
         *     }
         * @example {
         *       "key": "uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav",
         *       "uploadId": "2~Yb2FkIElEIGZvciBlbHZpbmc",
         *       "parts": [
         *         {
         *           "partNumber": 7,
         *           "size": 8388608
         *         }
         *       ]
         *     }
         */
        PartUrlsRequest: {
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav
             */
            key: string;
            /**
             * @description The upload id, as the response that created the upload gave it.
             * @example 2~Yb2FkIElEIGZvciBlbHZpbmc
             */
            uploadId: string;
            /** @description The parts, where they are not a range. */
            parts?: {
                /**
                 * @description Number of the part, from 1.
                 * @example 1
                 */
                partNumber: number;
                /** @description Exact size of the part in bytes. Required where the service has a limit and the upload no size. */
                size?: number;
                /** @description SHA-256 of the bytes, in hex as `sha256sum` prints it, or in base64. */
                sha256?: string;
            }[];
            /**
             * @description First part of a range, in place of `parts`.
             * @example 1
             */
            from?: number;
            /**
             * @description Last part of a range, in place of `parts`.
             * @example 100
             */
            to?: number;
        };
        /** @description Presigned URLs to PUT parts to. */
        PartUrls: {
            /** @description The URLs, in the order asked for. */
            parts: {
                /**
                 * @description Number of the part, from 1.
                 * @example 1
                 */
                partNumber: number;
                /**
                 * Format: uri
                 * @description Where to PUT the part. Treat as a secret until it expires.
                 * @example https://bucket.s3.eu-central-1.amazonaws.com/uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256
                 */
                url: string;
                /**
                 * @description The headers to send, exactly these. Content-Length is signed too when a size was declared; every HTTP client sends it by itself.
                 * @example {
                 *       "content-type": "audio/mpeg",
                 *       "if-none-match": "*"
                 *     }
                 */
                headers: {
                    [key: string]: string;
                };
            }[];
            /**
             * @description Seconds from now until it expires.
             * @example 900
             */
            expiresIn: number;
            /**
             * Format: date-time
             * @description When it expires.
             * @example 2026-01-01T12:15:00.000Z
             */
            expiresAt: string;
        };
        /** @description The uploaded parts of a multipart upload. */
        Parts: {
            /** @description The uploaded parts, in order. */
            parts: {
                /**
                 * @description Number of the part, from 1.
                 * @example 1
                 */
                partNumber: number;
                /**
                 * @description Size in bytes.
                 * @example 8388608
                 */
                size: number;
                /**
                 * @description ETag, with its quotes.
                 * @example "9b2cf535f27731c974343645a3985328"
                 */
                etag: string;
            }[];
        };
        /**
         * @description The parts that make the object.
         * @example {
         *       "key": "uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav",
         *       "uploadId": "2~Yb2FkIElEIGZvciBlbHZpbmc"
         *     }
         */
        Completion: {
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav
             */
            key: string;
            /**
             * @description The upload id, as the response that created the upload gave it.
             * @example 2~Yb2FkIElEIGZvciBlbHZpbmc
             */
            uploadId: string;
            /** @description Every part of the object, from 1 on, in any order. */
            parts?: {
                /**
                 * @description Number of the part, from 1.
                 * @example 1
                 */
                partNumber: number;
                /**
                 * @description ETag of the part, with or without its quotes.
                 * @example "9b2cf535f27731c974343645a3985328"
                 */
                etag: string;
            }[];
        };
        /** @description The object that the parts have become. */
        CompletedUpload: {
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav
             */
            key: string;
            /**
             * @description Size of the object in bytes.
             * @example 15000000000
             */
            size: number;
            /**
             * @description ETag, with its quotes.
             * @example "9b2cf535f27731c974343645a3985328-1789"
             */
            etag: string;
            /**
             * @description Number of parts of the object.
             * @example 1789
             */
            partCount: number;
            /** @description Parts that had arrived behind a gap, and are not in the object. */
            omittedParts?: number[];
        };
        /** @description What there is at a key. */
        UploadStatus: components["schemas"]["PendingUpload"] | components["schemas"]["UploadedObject"] | components["schemas"]["RejectedObject"];
        /** @description The recording as its own bytes describe it. */
        Audio: {
            /**
             * @description The file format around the sound. MP4, M4A and QuickTime are all `mp4`.
             * @enum {string}
             */
            container: "mp3" | "mp4" | "3gp" | "wav" | "flac" | "ogg" | "webm" | "matroska" | "aac" | "amr" | "aiff" | "caf";
            /**
             * @description How the sound is coded, by the name ffprobe uses; `unknown` where the container names a codec that is not known here.
             * @example opus
             * @example pcm_s16le
             */
            codec: string;
            /**
             * @description Length in seconds. Absent where it cannot be known without reading the whole object, or where the header claims more than the object holds.
             * @example 3.448
             */
            duration?: number;
            /**
             * @description Samples a second of each channel, in Hz.
             * @example 16000
             */
            sampleRate?: number;
            /**
             * @description Number of channels: 1 is mono, 2 stereo.
             * @example 1
             */
            channels?: number;
            /**
             * @description Bits a second of the sound, on average.
             * @example 32000
             */
            bitRate?: number;
            /** @description Whether the content is what the content type says. Absent where that says nothing, as `application/octet-stream`. */
            matchesContentType?: boolean;
        };
        /** @description An upload that has not arrived. */
        PendingUpload: {
            /**
             * @description There is no object yet.
             * @enum {string}
             */
            status: "pending";
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
             */
            key: string;
        };
        /**
         * @description An object that has been uploaded.
         * @example {
         *       "status": "uploaded",
         *       "key": "uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3",
         *       "size": 20480,
         *       "contentType": "audio/mpeg",
         *       "etag": "\"9b2cf535f27731c974343645a3985328\"",
         *       "lastModified": "2026-01-01T12:03:21.000Z",
         *       "metadata": {
         *         "filename": "dictation.mp3",
         *         "language": "en"
         *       },
         *       "audio": {
         *         "container": "mp3",
         *         "codec": "mp3",
         *         "duration": 3.448,
         *         "sampleRate": 16000,
         *         "channels": 1,
         *         "bitRate": 32000,
         *         "matchesContentType": true
         *       },
         *       "results": [
         *         {
         *           "name": "transcript.json",
         *           "size": 8192,
         *           "etag": "\"9b2cf535f27731c974343645a3985328\"",
         *           "lastModified": "2026-01-01T12:05:43.000Z"
         *         }
         *       ]
         *     }
         */
        UploadedObject: {
            /**
             * @description The object is complete.
             * @enum {string}
             */
            status: "uploaded";
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
             */
            key: string;
            /**
             * @description Size in bytes.
             * @example 20480
             */
            size: number;
            /**
             * @description Media type of the object.
             * @example audio/mpeg
             */
            contentType?: string;
            /**
             * @description ETag, with its quotes.
             * @example "9b2cf535f27731c974343645a3985328"
             */
            etag: string;
            /**
             * @description SHA-256 of the bytes in hex, where S3 verified one at the upload.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256?: string;
            /**
             * Format: date-time
             * @description When the object was uploaded.
             * @example 2026-01-01T12:03:21.000Z
             */
            lastModified?: string;
            /**
             * @description Metadata as the client gave it; `filename` is the original name of the file.
             * @example {
             *       "filename": "dictation.mp3",
             *       "language": "en"
             *     }
             */
            metadata: {
                [key: string]: string;
            };
            /** @description The results that have been uploaded, by name, where the service lists them (option `results`); the first 1000. */
            results?: {
                /**
                 * @description Name of the result: letters, digits, `.`, `_` and `-`, ending in `.json`, `.txt`, `.srt`, `.vtt`.
                 * @example transcript.json
                 */
                name: string;
                /**
                 * @description Size in bytes.
                 * @example 8192
                 */
                size: number;
                /**
                 * @description ETag, with its quotes.
                 * @example "9b2cf535f27731c974343645a3985328"
                 */
                etag?: string;
                /**
                 * Format: date-time
                 * @description When the result was uploaded.
                 * @example 2026-01-01T12:05:43.000Z
                 */
                lastModified: string;
            }[];
            audio?: components["schemas"]["Audio"];
        };
        /**
         * @description An object whose content is not accepted.
         * @example {
         *       "status": "rejected",
         *       "key": "uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3",
         *       "size": 20480,
         *       "contentType": "audio/mpeg",
         *       "etag": "\"9b2cf535f27731c974343645a3985328\"",
         *       "lastModified": "2026-01-01T12:03:21.000Z",
         *       "metadata": {
         *         "filename": "dictation.mp3",
         *         "language": "en"
         *       },
         *       "reason": "the content is a PDF document, not audio",
         *       "reasons": [
         *         {
         *           "code": "notAudio",
         *           "message": "the content is a PDF document, not audio"
         *         }
         *       ]
         *     }
         */
        RejectedObject: {
            /**
             * @description The content is not audio, or not of the type declared, or not what the service accepts.
             * @enum {string}
             */
            status: "rejected";
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
             */
            key: string;
            /**
             * @description Size in bytes.
             * @example 20480
             */
            size: number;
            /**
             * @description Media type of the object.
             * @example audio/mpeg
             */
            contentType?: string;
            /**
             * @description ETag, with its quotes.
             * @example "9b2cf535f27731c974343645a3985328"
             */
            etag: string;
            /**
             * @description SHA-256 of the bytes in hex, where S3 verified one at the upload.
             * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
             */
            sha256?: string;
            /**
             * Format: date-time
             * @description When the object was uploaded.
             * @example 2026-01-01T12:03:21.000Z
             */
            lastModified?: string;
            /**
             * @description Metadata as the client gave it; `filename` is the original name of the file.
             * @example {
             *       "filename": "dictation.mp3",
             *       "language": "en"
             *     }
             */
            metadata: {
                [key: string]: string;
            };
            /** @description The results that have been uploaded, by name, where the service lists them (option `results`); the first 1000. */
            results?: {
                /**
                 * @description Name of the result: letters, digits, `.`, `_` and `-`, ending in `.json`, `.txt`, `.srt`, `.vtt`.
                 * @example transcript.json
                 */
                name: string;
                /**
                 * @description Size in bytes.
                 * @example 8192
                 */
                size: number;
                /**
                 * @description ETag, with its quotes.
                 * @example "9b2cf535f27731c974343645a3985328"
                 */
                etag?: string;
                /**
                 * Format: date-time
                 * @description When the result was uploaded.
                 * @example 2026-01-01T12:05:43.000Z
                 */
                lastModified: string;
            }[];
            /**
             * @description Why the upload is rejected, for people.
             * @example the content is a PDF document, not audio
             */
            reason: string;
            /** @description Why the upload is rejected, for programs. */
            reasons: {
                /**
                 * @description What is wrong: the content is not audio, or not of the content type, or one of the limits of the service is not kept (option `accept`).
                 * @enum {string}
                 */
                code: "notAudio" | "contentType" | "minDuration" | "maxDuration" | "channels" | "sampleRates" | "codecs";
                /**
                 * @description What is accepted: seconds, or a list of what is; or the content type.
                 * @example 3600
                 */
                limit?: number | string | (number | string)[];
                /**
                 * @description What the content is. Absent where that is not known, which is not accepted where there is a limit.
                 * @example 5421.5
                 */
                found?: number | string;
                /**
                 * @description The same for people.
                 * @example the duration in seconds is 5421.5, but at most 3600 are accepted
                 */
                message: string;
            }[];
            /**
             * @description Duration in seconds as the client declared it, in the metadata `duration`.
             * @example 3598.2
             */
            declaredDuration?: number;
        };
        /** @description A presigned URL to GET one object from. */
        DownloadUrl: {
            /**
             * Format: uri
             * @description Where to GET the bytes. Treat as a secret until it expires.
             * @example https://bucket.s3.eu-central-1.amazonaws.com/uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256
             */
            url: string;
            /** @enum {string} */
            method: "GET";
            /**
             * @description Seconds from now until it expires.
             * @example 900
             */
            expiresIn: number;
            /**
             * Format: date-time
             * @description When it expires.
             * @example 2026-01-01T12:15:00.000Z
             */
            expiresAt: string;
        };
        /**
         * @description The upload to keep.
         * @example {
         *       "key": "uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3"
         *     }
         */
        Claim: {
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
             */
            key: string;
        };
        /** @description A page of uploads. */
        Uploads: {
            /** @description The uploads of this page. */
            uploads: {
                /**
                 * @description The object key, as the response that created the upload gave it.
                 * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
                 */
                key: string;
                /**
                 * @description Size in bytes.
                 * @example 20480
                 */
                size: number;
                /**
                 * @description ETag, with its quotes.
                 * @example "9b2cf535f27731c974343645a3985328"
                 */
                etag: string;
                /**
                 * Format: date-time
                 * @description When it was uploaded.
                 * @example 2026-01-01T12:03:21.000Z
                 */
                lastModified: string;
            }[];
            /** @description What to pass as `cursor` for the next page. Absent on the last page. */
            nextCursor?: string;
        };
        /**
         * @description A result to upload.
         * @example {
         *       "key": "uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3",
         *       "name": "transcript.json"
         *     }
         */
        ResultFile: {
            /**
             * @description The object key, as the response that created the upload gave it.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
             */
            key: string;
            /**
             * @description Name of the result: letters, digits, `.`, `_` and `-`, ending in `.json`, `.txt`, `.srt`, `.vtt`.
             * @example transcript.json
             */
            name: string;
            /** @description Exact size in bytes, where it is known. It is signed then; else nothing bounds it. */
            size?: number;
        };
        /** @description A presigned URL to PUT one result to. */
        ResultUrl: {
            /**
             * Format: uri
             * @description Where to PUT the bytes. Treat as a secret until it expires.
             * @example https://bucket.s3.eu-central-1.amazonaws.com/uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256
             */
            url: string;
            /**
             * @description The object key of the recording.
             * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
             */
            key: string;
            /**
             * @description Name of the result: letters, digits, `.`, `_` and `-`, ending in `.json`, `.txt`, `.srt`, `.vtt`.
             * @example transcript.json
             */
            name: string;
            /** @enum {string} */
            method: "PUT";
            /**
             * @description The headers to send, exactly these. Content-Length is signed too when a size was declared; every HTTP client sends it by itself.
             * @example {
             *       "content-type": "audio/mpeg",
             *       "if-none-match": "*"
             *     }
             */
            headers: {
                [key: string]: string;
            };
            /**
             * @description Seconds from now until it expires.
             * @example 900
             */
            expiresIn: number;
            /**
             * Format: date-time
             * @description When it expires.
             * @example 2026-01-01T12:15:00.000Z
             */
            expiresAt: string;
        };
    };
    responses: {
        /** @description A field is wrong or missing; the message names it. */
        BadRequest: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_VALIDATION" | "FST_UPLOAD_FIELD_REQUIRED" | "FST_UPLOAD_FORMAT_CONFLICT" | "FST_UPLOAD_TOO_SMALL" | "FST_UPLOAD_INVALID_METADATA";
                };
            };
        };
        /** @description Authentication required. */
        Unauthorized: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_UNAUTHENTICATED";
                };
            };
        };
        /** @description The owner is not allowed to do this. */
        Forbidden: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_FORBIDDEN";
                };
            };
        };
        /** @description Larger than accepted. */
        PayloadTooLarge: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_TOO_LARGE";
                };
            };
        };
        /** @description The format is not accepted; the message lists those that are. */
        UnsupportedMediaType: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_FORMAT_REFUSED";
                };
            };
        };
        /** @description Too many requests. Try again after the seconds in Retry-After. */
        TooManyRequests: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_RATE_LIMITED";
                };
            };
        };
        /** @description Unexpected error. */
        InternalServerError: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_INVALID_OWNER" | "FST_UPLOAD_INVALID_POLICY" | "FST_INTERNAL";
                };
            };
        };
        /** @description Temporarily unavailable. Try again after the seconds in Retry-After. */
        ServiceUnavailable: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_NO_CREDENTIALS" | "FST_RATE_LIMIT_UNAVAILABLE" | "FST_UNDER_PRESSURE";
                };
            };
        };
        /** @description A field is wrong or missing; the message names it. */
        BadRequest2: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_VALIDATION" | "FST_ERR_CTP_INVALID_JSON_BODY" | "FST_ERR_CTP_EMPTY_JSON_BODY" | "FST_ERR_CTP_INVALID_CONTENT_LENGTH" | "FST_UPLOAD_FIELD_REQUIRED" | "FST_UPLOAD_FORMAT_CONFLICT" | "FST_UPLOAD_TOO_SMALL" | "FST_UPLOAD_INVALID_METADATA";
                };
            };
        };
        /** @description Larger than accepted. */
        PayloadTooLarge2: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_CTP_BODY_TOO_LARGE" | "FST_UPLOAD_TOO_LARGE";
                };
            };
        };
        /** @description The format is not accepted; the message lists those that are. */
        UnsupportedMediaType2: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_CTP_INVALID_MEDIA_TYPE" | "FST_UPLOAD_FORMAT_REFUSED";
                };
            };
        };
        /** @description S3 denied the request of the service, or sent an invalid response. */
        BadGateway: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_STORE_REFUSED";
                };
            };
        };
        /** @description Temporarily unavailable. Try again after the seconds in Retry-After. */
        ServiceUnavailable2: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_STORE_UNAVAILABLE" | "FST_UPLOAD_NO_CREDENTIALS" | "FST_RATE_LIMIT_UNAVAILABLE" | "FST_UNDER_PRESSURE";
                };
            };
        };
        /** @description S3 did not answer in time. Try again after the seconds in Retry-After. */
        GatewayTimeout: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_STORE_TIMEOUT";
                };
            };
        };
        /** @description Unexpected error. */
        InternalServerError2: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_INVALID_OWNER" | "FST_INTERNAL";
                };
            };
        };
        /** @description Upload not found among those of the owner. */
        NotFound: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_NOT_FOUND";
                };
            };
        };
        /** @description The format is not accepted; the message lists those that are. */
        UnsupportedMediaType3: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_CTP_INVALID_MEDIA_TYPE";
                };
            };
        };
        /** @description A field is wrong or missing; the message names it. */
        BadRequest3: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_VALIDATION";
                };
            };
        };
        /** @description Temporarily unavailable. Try again after the seconds in Retry-After. */
        ServiceUnavailable3: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_UPLOAD_NOT_PROCESSED" | "FST_UPLOAD_STORE_UNAVAILABLE" | "FST_UPLOAD_NO_CREDENTIALS" | "FST_RATE_LIMIT_UNAVAILABLE" | "FST_UNDER_PRESSURE";
                };
            };
        };
        /** @description A field is wrong or missing; the message names it. */
        BadRequest4: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_VALIDATION" | "FST_UPLOAD_INVALID_INPUT";
                };
            };
        };
        /** @description A field is wrong or missing; the message names it. */
        BadRequest5: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_VALIDATION" | "FST_ERR_CTP_INVALID_JSON_BODY" | "FST_ERR_CTP_EMPTY_JSON_BODY" | "FST_ERR_CTP_INVALID_CONTENT_LENGTH";
                };
            };
        };
        /** @description Larger than accepted. */
        PayloadTooLarge3: {
            headers: {
                "Cache-Control": components["headers"]["Cache-Control"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UploadError"] & {
                    /** @enum {string} */
                    code: "FST_ERR_CTP_BODY_TOO_LARGE";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description Not cacheable. */
        "Cache-Control": "no-store";
        /** @description The request as logs name it. */
        "X-Request-Id": string;
        /** @description Requests a minute. */
        "RateLimit-Limit": number;
        /** @description Requests left. */
        "RateLimit-Remaining": number;
        /** @description Seconds until the minute is over. */
        "RateLimit-Reset": number;
        /** @description How to authenticate (RFC 9110, section 11.6.1). */
        "WWW-Authenticate": string;
        /** @description Seconds until the next attempt (RFC 9110, section 10.2.3). */
        "Retry-After": number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    createUploadUrl: {
        parameters: {
            query?: {
                /**
                 * @description Original name of the file, in any script. Stored as metadata, never part of the key.
                 * @example dictation.mp3
                 */
                filename?: string;
                /**
                 * @description Media type as the client knows it; aliases and parameters such as `;codecs=opus` are understood. `headers` in the response states the exact one to send.
                 * @example audio/mpeg
                 */
                contentType?: string;
                /** @description Exact size in bytes. */
                size?: number;
                /** @description SHA-256 of the bytes, in hex as `sha256sum` prints it, or in base64. */
                sha256?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A presigned URL to PUT one object to. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadUrl"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    generatePresignedUrl: {
        parameters: {
            query?: {
                /**
                 * @description Original name of the file, in any script. Stored as metadata, never part of the key.
                 * @example dictation.mp3
                 */
                filename?: string;
                /**
                 * @description Media type as the client knows it; aliases and parameters such as `;codecs=opus` are understood. `headers` in the response states the exact one to send.
                 * @example audio/mpeg
                 */
                contentType?: string;
                /** @description Exact size in bytes. */
                size?: number;
                /** @description SHA-256 of the bytes, in hex as `sha256sum` prints it, or in base64. */
                sha256?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A presigned URL to PUT one object to. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadUrl"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    createUploadUrls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadBatch"];
            };
        };
        responses: {
            /** @description Presigned URLs to PUT objects to. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadUrls"];
                };
            };
            400: components["responses"]["BadRequest2"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge2"];
            415: components["responses"]["UnsupportedMediaType2"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            /** @description Temporarily unavailable. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadError"] & {
                        /** @enum {string} */
                        code: "FST_UPLOAD_NO_CREDENTIALS" | "FST_UPLOAD_BUSY" | "FST_RATE_LIMIT_UNAVAILABLE" | "FST_UNDER_PRESSURE";
                    };
                };
            };
        };
    };
    createUploadForm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FormFile"];
            };
        };
        responses: {
            /** @description A presigned form to POST one object with. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadForm"];
                };
            };
            400: components["responses"]["BadRequest2"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge2"];
            415: components["responses"]["UnsupportedMediaType2"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            /** @description Not supported by the S3 server of this service. */
            501: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadError"] & {
                        /** @enum {string} */
                        code: "FST_UPLOAD_FORMS_UNSUPPORTED";
                    };
                };
            };
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listMultipartUploads: {
        parameters: {
            query?: {
                /** @description Most entries of a page. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of multipart uploads in progress. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MultipartUploads"];
                };
            };
            400: components["responses"]["BadRequest4"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError2"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable2"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    createMultipartUpload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MultipartFile"];
            };
        };
        responses: {
            /** @description A multipart upload. */
            201: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MultipartUpload"];
                };
            };
            /** @description A field is wrong or missing; the message names it. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadError"] & {
                        /** @enum {string} */
                        code: "FST_ERR_VALIDATION" | "FST_ERR_CTP_INVALID_JSON_BODY" | "FST_ERR_CTP_EMPTY_JSON_BODY" | "FST_ERR_CTP_INVALID_CONTENT_LENGTH" | "FST_UPLOAD_FIELD_REQUIRED" | "FST_UPLOAD_FORMAT_CONFLICT" | "FST_UPLOAD_TOO_SMALL" | "FST_UPLOAD_INVALID_METADATA" | "FST_UPLOAD_INVALID_INPUT";
                    };
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge2"];
            415: components["responses"]["UnsupportedMediaType2"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable2"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    abortMultipartUpload: {
        parameters: {
            query: {
                /**
                 * @description The object key, as the response that created the upload gave it.
                 * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav
                 */
                key: string;
                /**
                 * @description The upload id, as the response that created the upload gave it.
                 * @example 2~Yb2FkIElEIGZvciBlbHZpbmc
                 */
                uploadId: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Aborted. */
            204: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest5"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge3"];
            415: components["responses"]["UnsupportedMediaType3"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError2"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable2"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    createPartUrls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PartUrlsRequest"];
            };
        };
        responses: {
            /** @description Presigned URLs to PUT parts to. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartUrls"];
                };
            };
            /** @description A field is wrong or missing; the message names it. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadError"] & {
                        /** @enum {string} */
                        code: "FST_ERR_VALIDATION" | "FST_ERR_CTP_INVALID_JSON_BODY" | "FST_ERR_CTP_EMPTY_JSON_BODY" | "FST_ERR_CTP_INVALID_CONTENT_LENGTH" | "FST_UPLOAD_INVALID_PARTS" | "FST_UPLOAD_FIELD_REQUIRED";
                    };
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge2"];
            415: components["responses"]["UnsupportedMediaType3"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            502: components["responses"]["BadGateway"];
            /** @description Temporarily unavailable. Try again after the seconds in Retry-After. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadError"] & {
                        /** @enum {string} */
                        code: "FST_UPLOAD_BUSY" | "FST_UPLOAD_STORE_UNAVAILABLE" | "FST_UPLOAD_NO_CREDENTIALS" | "FST_RATE_LIMIT_UNAVAILABLE" | "FST_UNDER_PRESSURE";
                    };
                };
            };
            504: components["responses"]["GatewayTimeout"];
        };
    };
    listParts: {
        parameters: {
            query: {
                /**
                 * @description The object key, as the response that created the upload gave it.
                 * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_6vqjgg-4zsow.wav
                 */
                key: string;
                /**
                 * @description The upload id, as the response that created the upload gave it.
                 * @example 2~Yb2FkIElEIGZvciBlbHZpbmc
                 */
                uploadId: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The uploaded parts of a multipart upload. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Parts"];
                };
            };
            400: components["responses"]["BadRequest3"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError2"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable2"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    completeMultipartUpload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Completion"];
            };
        };
        responses: {
            /** @description The object that the parts have become. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletedUpload"];
                };
            };
            /** @description A field is wrong or missing; the message names it. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadError"] & {
                        /** @enum {string} */
                        code: "FST_ERR_VALIDATION" | "FST_ERR_CTP_INVALID_JSON_BODY" | "FST_ERR_CTP_EMPTY_JSON_BODY" | "FST_ERR_CTP_INVALID_CONTENT_LENGTH" | "FST_UPLOAD_INVALID_PARTS" | "FST_UPLOAD_INCOMPLETE" | "FST_UPLOAD_TOO_SMALL";
                    };
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description An object already exists at the key. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadError"] & {
                        /** @enum {string} */
                        code: "FST_UPLOAD_CONFLICT";
                    };
                };
            };
            413: components["responses"]["PayloadTooLarge2"];
            415: components["responses"]["UnsupportedMediaType3"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable3"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    getUploadStatus: {
        parameters: {
            query: {
                /**
                 * @description The object key, as the response that created the upload gave it.
                 * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
                 */
                key: string;
                /** @description Whether to examine the bytes: container, codec, duration. Costs a few ranged reads of the object. */
                inspect?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What there is at a key. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadStatus"];
                };
            };
            400: components["responses"]["BadRequest3"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError2"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable3"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    createDownloadUrl: {
        parameters: {
            query: {
                /**
                 * @description The object key, as the response that created the upload gave it.
                 * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
                 */
                key: string;
                /**
                 * @description Name of a result, to download it in place of the recording.
                 * @example transcript.json
                 */
                result?: string;
                /**
                 * @description Name, in any script, under which a browser saves the file instead of playing it.
                 * @example dictation.mp3
                 */
                filename?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A presigned URL to GET one object from. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadUrl"];
                };
            };
            400: components["responses"]["BadRequest4"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable2"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    claimUpload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Claim"];
            };
        };
        responses: {
            /** @description Claimed. */
            204: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest5"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge3"];
            415: components["responses"]["UnsupportedMediaType3"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable2"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    listUploads: {
        parameters: {
            query?: {
                /** @description Most entries of a page. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of uploads. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uploads"];
                };
            };
            400: components["responses"]["BadRequest4"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError2"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable2"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    deleteUpload: {
        parameters: {
            query: {
                /**
                 * @description The object key, as the response that created the upload gave it.
                 * @example uploads/alice/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.mp3
                 */
                key: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest5"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge3"];
            415: components["responses"]["UnsupportedMediaType3"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError2"];
            502: components["responses"]["BadGateway"];
            503: components["responses"]["ServiceUnavailable2"];
            504: components["responses"]["GatewayTimeout"];
        };
    };
    createResultUrl: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResultFile"];
            };
        };
        responses: {
            /** @description A presigned URL to PUT one result to. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                    "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                    "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResultUrl"];
                };
            };
            /** @description A field is wrong or missing; the message names it. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadError"] & {
                        /** @enum {string} */
                        code: "FST_ERR_VALIDATION" | "FST_ERR_CTP_INVALID_JSON_BODY" | "FST_ERR_CTP_EMPTY_JSON_BODY" | "FST_ERR_CTP_INVALID_CONTENT_LENGTH" | "FST_UPLOAD_TOO_SMALL";
                    };
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge2"];
            415: components["responses"]["UnsupportedMediaType3"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
}
