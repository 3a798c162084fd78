/** Files that belong to pages, feeds, and downloads: asked for, but not looked at as a page. */
const NOT_PAGES = new Set(
  (
    'css js mjs map json xml xsl rss atom txt ico png jpg jpeg gif svg webp avif bmp tif tiff ' +
    'woff woff2 ttf otf eot mp3 mp4 m4a m4v webm ogg ogv wav avi mov flv swf wasm ' +
    'pdf zip gz tgz bz2 xz tar rar 7z jar exe msi dmg iso deb rpm gem whl pcap csv log'
  ).split(' '),
)

/** By the part of the path's last segment after the last dot, in small letters. */
export function isPage(path: string): boolean {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const dot = file.lastIndexOf('.')
  return dot < 0 || !NOT_PAGES.has(file.slice(dot + 1).toLowerCase())
}
