/// The look of reports: one neutral style for light and dark screens and for paper.
#pragma once

#include <string_view>

namespace skywright::draw::detail {

constexpr std::string_view kPageStyle = R"css(
:root{--page:#fff;--ink:#1c2126;--soft:#5b6670;--line:#dde2e6;--card:#f5f7f8;--link:#00629b;
--good:#00734f;--bad:#b04400;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--page:#14181c;--ink:#e4e8eb;--soft:#9aa6b0;--line:#2f373e;
--card:#1d2329;--link:#6cb8ea;--good:#4cc79d;--bad:#f0914f;--series-0:#4aa3df;--series-1:#ee7733;
--series-2:#2dbd90;--series-3:#dd93bd;--series-4:#ecb13c;--series-5:#8ed0f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,sans-serif}
header,main{max-width:1180px;margin:0 auto;padding:0 24px}
header{padding-top:36px}
h1{font-size:2rem;line-height:1.2;margin:0}
.subtitle{color:var(--soft);margin:.3rem 0 1rem}
nav{display:flex;flex-wrap:wrap;gap:4px 18px;padding:10px 0;border-top:1px solid var(--line);
border-bottom:1px solid var(--line)}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
h2{font-size:1.35rem;margin:2.4rem 0 .6rem}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
p{max-width:75ch}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem;margin:.6rem 0 1.2rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
th,td{padding:.32rem .8rem .32rem 0;border-bottom:1px solid var(--line);text-align:left;
vertical-align:top}
th{font-weight:600;color:var(--soft)}
.n{text-align:right;padding-right:1.1rem}
.figures{display:flex;flex-wrap:wrap;gap:18px;align-items:flex-start;margin:.8rem 0 1.4rem}
figure{margin:0;max-width:100%}
figure img,figure svg{max-width:100%;height:auto;display:block;border-radius:3px}
figcaption{color:var(--soft);font-size:.85rem;margin-top:.35rem;max-width:60ch}
.stamps{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:14px;
margin:.8rem 0 1.4rem}
.stamps img{width:100%}
.pixelated{image-rendering:pixelated}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:1rem 0}
.key{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:12px 14px}
.key b{display:block;font-size:1.45rem;line-height:1.2;font-variant-numeric:tabular-nums}
.key span{display:block;color:var(--soft);font-size:.88rem}
.key small{color:var(--soft)}
.good b{color:var(--good)}
.bad b{color:var(--bad)}
details{border:1px solid var(--line);border-radius:6px;padding:.5rem .9rem;margin:.6rem 0}
summary{cursor:pointer;font-weight:600}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:10px 14px;
overflow-x:auto;font-size:.86rem}
@media print{nav{display:none}h2{break-after:avoid}figure{break-inside:avoid}}
)css";

}  // namespace skywright::draw::detail
