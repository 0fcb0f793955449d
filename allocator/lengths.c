/* The counts of allocator/lengths.py over int64 lengths in host memory.
 *
 * The caller keeps the memory alive and has seen that it is contiguous. None means
 * that a length is out of range; which one, the Python version says.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

static int read_arguments(PyObject *const *arguments, int count, int64_t *values) {
  for (int i = 0; i < count; i++) {
    values[i] = PyLong_AsLongLong(arguments[i]);
  }
  return PyErr_Occurred() == NULL;
}

static int64_t ceil_pages(int64_t length, int64_t page_size, int shift) {
  int64_t up = length + page_size - 1;
  return shift >= 0 ? up >> shift : up / page_size;
}

static int shift_of(int64_t page_size) {
  if (page_size & (page_size - 1)) return -1;
  int shift = 0;
  while ((int64_t)1 << shift < page_size) shift++;
  return shift;
}

/* count_extend(address of prefix_lens, of seq_lens, requests, page_size)
 * -> (tokens, pages) or None */
static PyObject *count_extend(PyObject *self, PyObject *const *arguments,
                              Py_ssize_t given) {
  int64_t values[4];
  if (given != 4 || !read_arguments(arguments, 4, values)) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "4 integers are needed");
    return NULL;
  }
  const int64_t *before = (const int64_t *)(intptr_t)values[0];
  const int64_t *after = (const int64_t *)(intptr_t)values[1];
  int64_t page_size = values[3];
  int shift = shift_of(page_size);
  int64_t tokens = 0, pages = 0;
  for (int64_t i = 0; i < values[2]; i++) {
    if (before[i] < 0 || after[i] < before[i]) Py_RETURN_NONE;
    tokens += after[i] - before[i];
    pages += ceil_pages(after[i], page_size, shift);
    pages -= ceil_pages(before[i], page_size, shift);
  }
  return Py_BuildValue("(LL)", (long long)tokens, (long long)pages);
}

/* count_decode(address of seq_lens, requests, page_size) -> pages or None */
static PyObject *count_decode(PyObject *self, PyObject *const *arguments,
                              Py_ssize_t given) {
  int64_t values[3];
  if (given != 3 || !read_arguments(arguments, 3, values)) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "3 integers are needed");
    return NULL;
  }
  const int64_t *lens = (const int64_t *)(intptr_t)values[0];
  int64_t page_size = values[2];
  int64_t mask = shift_of(page_size) >= 0 ? page_size - 1 : -1;
  int64_t pages = 0;
  for (int64_t i = 0; i < values[1]; i++) {
    if (lens[i] < 1) Py_RETURN_NONE;
    int64_t rest = mask >= 0 ? (lens[i] - 1) & mask : (lens[i] - 1) % page_size;
    pages += rest == 0;
  }
  return PyLong_FromLongLong(pages);
}

static PyMethodDef methods[] = {
    {"count_extend", (PyCFunction)(void (*)(void))count_extend, METH_FASTCALL, NULL},
    {"count_decode", (PyCFunction)(void (*)(void))count_decode, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "rehome_lengths", NULL, -1,
                                    methods};

PyMODINIT_FUNC PyInit_rehome_lengths(void) { return PyModule_Create(&module); }
