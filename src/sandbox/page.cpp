#include "sandbox/page.hpp"

namespace linchpin::sandbox {

std::string_view page() {
  return R"page(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sandbox</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 72rem; padding: 0 1rem; color: #1b1b1b; background: #fff; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #ccc; vertical-align: top; }
  label { display: block; font-weight: 600; margin-top: .6rem; }
  input, select, button { font: inherit; padding: .35rem .5rem; }
  form input { width: 100%; max-width: 32rem; box-sizing: border-box; }
  button { margin: .8rem .5rem 0 0; }
  .note { color: #555; }
</style>
<h1>Sandbox</h1>
<p class="note">The records of a simulated system. What you change here is told as a person's change at its own screen.</p>
<p role="status" id="status"></p>
<main>
  <section aria-labelledby="list-title">
    <h2 id="list-title">Records</h2>
    <label for="object">Object</label> <select id="object"></select>
    <label for="filter">Show those with</label> <input id="filter" type="search" autocomplete="off">
    <p id="count" class="note"></p>
    <table>
      <caption class="note">At most 100 are shown.</caption>
      <thead><tr><th scope="col">Record</th><th scope="col">Name</th><th scope="col">E-mail</th><th scope="col">Phone</th><th scope="col">Action</th></tr></thead>
      <tbody id="rows"></tbody>
    </table>
  </section>
  <section aria-labelledby="edit-title" id="editor" hidden>
    <h2 id="edit-title" tabindex="-1">Edit</h2>
    <form id="form"></form>
  </section>
</main>
<script>
'use strict';
const by = id => document.getElementById(id);
let objects = {};
const say = text => { by('status').textContent = text; };
const element = (name, text, more) => Object.assign(document.createElement(name), { textContent: text }, more);
const idOf = r => r.id || r.ContactID || r.ContactGroupID || r.InvoiceID;
const values = r => r.properties || r;
const nameOf = r => { const v = values(r); return v.Name || v.name || v.dealname || v.external_id || v.InvoiceNumber || [v.firstname, v.lastname].filter(Boolean).join(' '); };
const mailOf = r => values(r).email || values(r).EmailAddress || '';
const phoneOf = r => values(r).phone || (r.Phones || []).filter(p => p.PhoneNumber).map(p => [p.PhoneCountryCode, p.PhoneAreaCode, p.PhoneNumber].filter(Boolean).join(' ')).join(', ');

// What can be edited: a label, the value, and how the change is said.
const readOnly = /^(hs_|createdate|lastmodifieddate|id$|ContactID|ContactNumber|InvoiceID|DateString|DueDateString|FullyPaid|HasA|HasV|IsC|IsS|Updated|MergedTo|created_at|updated_at|completed_at|expires_at|external_id|evidence_url|client_link)/;
function fieldsOf(record) {
  const usual = record.properties ? ['firstname', 'lastname', 'email', 'phone', 'lifecyclestage', 'marketing_consent']
    : record.InvoiceID ? ['Status', 'InvoiceNumber', 'Reference', 'DueDate']
    : record.ContactID ? ['Name', 'FirstName', 'LastName', 'EmailAddress', 'AccountNumber'] : [];
  const all = values(record);
  const names = [...new Set([...usual, ...Object.keys(all).filter(n => typeof all[n] === 'string' || all[n] === null)])].filter(n => !readOnly.test(n));
  const list = names.map(name => ({ label: name, value: all[name] || '', say: v => ({ [name]: v }) }));
  for (const phone of record.Phones || []) {
    for (const part of ['PhoneCountryCode', 'PhoneAreaCode', 'PhoneNumber']) {
      list.push({ label: phone.PhoneType + ' ' + part, value: phone[part], say: v => ({ Phones: [Object.assign(phone, { [part]: v })] }) });
    }
  }
  return list;
}

function edit(object, record) {
  const form = by('form');
  form.replaceChildren();
  const fields = fieldsOf(record);
  fields.forEach((field, i) => {
    form.append(element('label', field.label, { htmlFor: 'f' + i }), Object.assign(document.createElement('input'), { id: 'f' + i, value: field.value, autocomplete: 'off' }));
  });
  form.append(element('button', 'Save', { type: 'submit' }), element('button', 'Close', { type: 'button', onclick: () => { by('editor').hidden = true; } }));
  form.onsubmit = async event => {
    event.preventDefault();
    const change = {};
    fields.forEach((field, i) => {
      const now = by('f' + i).value;
      if (now === field.value) return;
      const said = field.say(now);
      if (said.Phones) change.Phones = [...(change.Phones || []).filter(p => p.PhoneType !== said.Phones[0].PhoneType), ...said.Phones];
      else Object.assign(change, said);
    });
    const answer = await fetch('/_sandbox/edit', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ object, id: idOf(record), fields: change }) });
    const body = await answer.json();
    say(answer.ok ? 'Saved.' : 'Refused: ' + (body.detail || body.title || answer.status));
    if (answer.ok) { by('editor').hidden = true; load(); }
  };
  by('editor').hidden = false;
  by('edit-title').textContent = 'Edit ' + (nameOf(record) || idOf(record));
  by('edit-title').focus();
}

function show() {
  const object = by('object').value, wanted = by('filter').value.toLowerCase();
  const found = (objects[object] || []).filter(r => !wanted || JSON.stringify(r).toLowerCase().includes(wanted));
  by('count').textContent = found.length + ' of ' + (objects[object] || []).length;
  by('rows').replaceChildren(...found.slice(0, 100).map(record => {
    const row = document.createElement('tr');
    for (const text of [idOf(record), nameOf(record), mailOf(record), phoneOf(record)]) row.append(element('td', text || ''));
    const cell = document.createElement('td');
    cell.append(element('button', 'Edit', { type: 'button', ariaLabel: 'Edit ' + (nameOf(record) || idOf(record)), onclick: () => edit(object, record) }));
    row.append(cell);
    return row;
  }));
}

async function load() {
  objects = (await (await fetch('/_sandbox/state')).json()).objects;
  const chosen = by('object').value;
  by('object').replaceChildren(...Object.keys(objects).map(name => element('option', name, { value: name, selected: name === chosen })));
  show();
}
by('object').onchange = show;
by('filter').oninput = show;
load().catch(() => say('The sandbox does not answer.'));
</script>
</html>
)page";
}

}  // namespace linchpin::sandbox
