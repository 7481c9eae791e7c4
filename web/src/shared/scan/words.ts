import { words } from '../../i18n/words'

export const scan = words(
  {
    viewfinder: '摄像头画面',
    opening: '正在打开摄像头…',
    loading: '正在加载识码程序…',
    ready: '请把码对准方框',
  },
  {
    viewfinder: 'What the camera sees',
    opening: 'Opening the camera…',
    loading: 'Loading what reads codes…',
    ready: 'Hold the code into the frame',
  },
)
